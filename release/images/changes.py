"""What changed in the inputs of each image between two commits (docs/architecture.md, rule 10).

Versions are decided by it, so it must see whatever the inputs hash sees: paths, and what release.toml says about the
image. Only the digest behind a tag is not in git; a plan says which tags that is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from release.errors import ReleaseError, UsageError
from release.images import contextfiles, dockerfile
from release.images.contextfiles import ContextFiles
from release.images.stages import declared_arguments
from release.settings.builds import BASE_ARGUMENT
from release.settings.images import ImageSpec
from release.versions.ports import Git
from release.versions.version import is_below

_FILE = "release.toml"
#: A key of release.toml that decides an image's bytes -> the attribute that holds it. ``base`` only sometimes does.
_KEYS = {name: name for name in ("platform", "context", "dockerfile", "target", "inputs", "args")} | {
    "reproducible": "rewrite"
}

#: The images that release.toml names at a commit; None where there is none.
ImagesAt = Callable[[str], Mapping[str, ImageSpec] | None]


def changed_inputs(git: Git, images_at: ImagesAt, before: str, after: str) -> Mapping[str, Sequence[str]]:
    """Every image at ``after`` -> its paths, and keys of release.toml, that changed since ``before`` ("": all are)."""
    images = images_at(after) or {}
    if not before or not images:
        return {name: image.inputs for name, image in images.items()}
    every = {_FILE, *(path for image in images.values() for path in (*image.inputs, *contextfiles.places(image)))}
    paths = git.changed_between(before, after, sorted(every))
    found = {
        name: [path for path in paths if any(is_below(path, one) for one in image.inputs)]
        for name, image in images.items()
    }
    if not paths:
        return found
    found |= _seen(images.values(), git, before, after)
    if _FILE in paths:
        earlier = images_at(before) or {}
        for name, image in images.items():
            found[name] += _keys(earlier.get(name), image, git, after)
    return found


def _seen(images: Iterable[ImageSpec], git: Git, before: str, after: str) -> Mapping[str, list[str]]:
    """Of the images whose builds do not see all of their inputs: the files that differ among those that they see."""
    found = {}
    old, new = _files(images, git, before), contextfiles.seen(images, git, after)
    for image in images:
        if old[image.name].files is None and new[image.name].files is None:
            continue
        was, now = (
            git.files(commit, image.inputs) if one.files is None else one.files
            for commit, one in ((before, old[image.name]), (after, new[image.name]))
        )
        found[image.name] = sorted(path for path in was.keys() | now.keys() if was.get(path) != now.get(path))
    return found


def _files(images: Iterable[ImageSpec], git: Git, commit: str) -> Mapping[str, ContextFiles]:
    """As an earlier commit had it; a file that BuildKit refuses has ignored nothing, as nothing was built then."""
    try:
        return contextfiles.seen(images, git, commit)
    except UsageError:
        return {image.name: ContextFiles() for image in images}


def _keys(earlier: ImageSpec | None, image: ImageSpec, git: Git, commit: str) -> list[str]:
    """What release.toml says otherwise about ``image`` than before, as far as its bytes depend on it."""
    if earlier is None:
        return [f"{_FILE} (a new image)"]
    keys = [key for key, name in _KEYS.items() if getattr(earlier, name) != getattr(image, name)]
    if earlier.base != image.base and _takes_base(image, git, commit):
        keys.append("base")
    return [f"{_FILE} ({', '.join(keys)})"] if keys else []


def _takes_base(image: ImageSpec, git: Git, commit: str) -> bool:
    """Whether the Dockerfile declares the argument; one that is not understood might."""
    try:
        text = git.show(commit, image.dockerfile).decode("utf-8", "surrogateescape")
        return BASE_ARGUMENT in declared_arguments(dockerfile.parse(text, image.dockerfile))
    except ReleaseError:
        return True
