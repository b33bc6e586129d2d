"""The committed files that a build sees: those of its inputs, without what a ``.dockerignore`` leaves out.

Of two such files BuildKit reads one: ``<Dockerfile>.dockerignore`` beside the Dockerfile, else ``.dockerignore`` in the
context's root (Docker, "Build context": "Filename and location"). It is read whether or not it is an input itself; what
it leaves out is no input, so a test beside the code makes no new image. The Dockerfile is always read.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from release.images.ignoring import Ignoring
from release.settings.images import ImageSpec
from release.versions.ports import Git
from release.versions.version import is_below


@dataclass(frozen=True)
class ContextFiles:
    """The files of one image's build at one commit.

    Attributes:
        ignoring: the rules; None: there are none.
        files: path -> mode and git object id, of everything that it sees; None where it sees all of its inputs.
    """

    ignoring: Ignoring | None = None
    files: Mapping[str, str] | None = None

    @property
    def leaving_out(self) -> Ignoring | None:
        """The rules, where they leave something out of this build."""
        return self.ignoring if self.files is not None else None


def places(image: ImageSpec) -> tuple[str, str]:
    """Where a file that ignores may be, the first that is there counts."""
    return f"{image.dockerfile}.dockerignore", posixpath.normpath(f"{image.context}/.dockerignore")


def seen(images: Iterable[ImageSpec], git: Git, commit: str) -> Mapping[str, ContextFiles]:
    """Image -> the files that its build sees. Raises UsageError, with the line, for a file that BuildKit refuses."""
    images = tuple(images)
    there = git.files(commit, sorted({place for image in images for place in places(image)}))
    found = {}
    for image in images:
        where = next((place for place in places(image) if place in there), "")
        found[image.name] = (
            _of(image, Ignoring(git.show(commit, where), where), git, commit) if where else ContextFiles()
        )
    return found


def seen_by(image: ImageSpec, ignoring: Ignoring) -> Callable[[str], bool]:
    """Whether a COPY of the build sees a committed file."""
    context = "" if image.context == "." else f"{image.context}/"

    def sees(path: str) -> bool:
        return not (path.startswith(context) and ignoring.leaves_out(path.removeprefix(context)))

    return sees


def counted(paths: Iterable[str], images: Iterable[ImageSpec], git: Git, commit: str) -> list[str]:
    """Those of ``paths`` that some build sees, and those that are no input of any."""
    images = tuple(images)
    rules = {name: one.ignoring for name, one in seen(images, git, commit).items()}

    def counts(path: str) -> bool:
        of = [image for image in images if any(is_below(path, one) for one in image.inputs)]
        sees = [
            path == each.dockerfile or (rule := rules[each.name]) is None or seen_by(each, rule)(path) for each in of
        ]
        return not of or any(sees)

    return [path for path in paths if counts(path)]


def _of(image: ImageSpec, ignoring: Ignoring, git: Git, commit: str) -> ContextFiles:
    every, sees = git.files(commit, image.inputs), seen_by(image, ignoring)
    if all(map(sees, every)):
        return ContextFiles(ignoring)
    return ContextFiles(ignoring, {path: one for path, one in every.items() if path == image.dockerfile or sees(path)})


def trees(image: ImageSpec, found: ContextFiles, whole: Mapping[str, str]) -> Mapping[str, str]:
    """Input -> what tells its content apart: git's own object id, or a hash over what the build sees of it.

    Args:
        whole: path -> git object id, of each input.
    """
    if found.files is None:
        return {path: whole[path] for path in image.inputs}
    return {path: _hashed(path, found.files) for path in image.inputs}


def _hashed(path: str, files: Mapping[str, str]) -> str:
    below = sorted(f"{name}\0{one}\0" for name, one in files.items() if is_below(name, path))
    return f"seen {hashlib.sha256(''.join(below).encode('utf-8', 'surrogateescape')).hexdigest()}"
