"""Where the workflows of ours are in a repository that may have some of its own by the same names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from release.adoption import seals
from release.adoption.generated import FOLDER, OTHER
from release.adoption.seals import Written


def file_of(name: str, workflows: Mapping[str, str]) -> str:
    """The file's name of what is usually called ``name``: that, or the other one that init gives it when it is taken.

    Args:
        workflows: path -> text of every workflow of the repository.
    """
    usual, other = posixpath.join(FOLDER, name), posixpath.join(FOLDER, OTHER + name)
    ours = [path for path in (usual, other) if seals.written_by(workflows.get(path, "")) is not Written.FOREIGN]
    return posixpath.basename(ours[0]) if ours else name


def files_of(names: Iterable[str], workflows: Mapping[str, str]) -> dict[str, str]:
    """Each of ``names`` with its file's name."""
    return {name: file_of(name, workflows) for name in names}
