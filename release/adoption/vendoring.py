"""``--vendored``: the full workflows, the action and the wheel in the team's own repository, beside what is there."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping

from release.adoption import generated
from release.adoption.generated import GeneratedFile
from release.adoption.ports import FileChange, OwnFiles, ProjectFiles
from release.adoption.vendoredfiles import ACTION, RELEASE, vendored
from release.errors import NotFoundError
from release.settings.config import Config
from release.versions.tags import tag_filter

_WHEEL = re.compile(rf"{re.escape(RELEASE)}/lambda_image_release-(?P<version>[^-/]+)-py3-none-any\.whl\Z")
_ACTION = f"{ACTION}/action.yml"


def wheels(paths: Iterable[str]) -> Mapping[str, str]:
    """The wheels of ours that are there: path -> version."""
    return {path: found["version"] for path in paths if (found := _WHEEL.match(path))}


def files_of(
    config: Config, paths: Iterable[str], files: ProjectFiles, own: OwnFiles
) -> tuple[tuple[GeneratedFile, ...], tuple[FileChange, ...]]:
    """Workflows and the action, which may be looked after by hand; the wheel and what installs it, which may not.

    A wheel of this very version that is there stays: it is the same, whoever packed it.

    Raises:
        ConflictError: a file of the team's own has a name that ours must have.
        MachineError: the wheel cannot be packed.
    """
    there = list(paths)
    name, content = own.wheel()
    place = f"{RELEASE}/{name}"
    if place in there and ".dirty" not in name:
        content = files.read(place)
    texts = vendored(
        own.texts(),
        name,
        hashlib.sha256(content).hexdigest(),
        [*config.environments],
        branch=config.versions.main_branch,
        tags=tag_filter(config.versions.tag_prefix),
    )
    looked_after = {path: text for path, text in texts.items() if path == _ACTION or _is_workflow(path)}
    present = dict(generated.present(there, files))
    if _ACTION in there:
        present[_ACTION] = files.read(_ACTION).decode("utf-8", errors="replace")
    others = [_plain(files, path, text) for path, text in texts.items() if path not in looked_after]
    others.append(FileChange(place, _read(files, place), content))
    others += [FileChange(path, files.read(path), None) for path in wheels(there) if path != place]
    return generated.compared(looked_after, present), tuple(others)


def _plain(files: ProjectFiles, path: str, text: str) -> FileChange:
    """A file of which every line is ours; line ends of Windows are what git made of them."""
    before, after = _read(files, path), text.encode()
    same = before is not None and before.replace(b"\r\n", b"\n") == after
    return FileChange(path, before, before if same else after, program=posixpath.basename(path) == "install")


def _is_workflow(path: str) -> bool:
    return posixpath.dirname(path) == generated.FOLDER


def _read(files: ProjectFiles, path: str) -> bytes | None:
    try:
        return files.read(path)
    except NotFoundError:
        return None
