"""What goes into a release's bundle, taken from its commit: the template and every local file that it names."""

from __future__ import annotations

from pathlib import Path

from release.errors import NotFoundError
from release.releases import bundle
from release.releases.bundle import Limits
from release.settings.localfiles import LocalPath, local_paths
from release.versions.ports import Git


def named_paths(git: Git, commit: str, template: str) -> tuple[LocalPath, ...]:
    """The local paths that the template names at ``commit``, each of them there.

    Raises:
        NotFoundError: a path is not in the commit; says who names it.
        UsageError: a path leaves the repository, or the template cannot be read (faults.md, 57).
    """
    try:
        git.tree_hashes(commit, [template])
    except NotFoundError as error:
        raise NotFoundError(
            f"release.toml names the template {template}, which is not in the repository at {commit[:12]}",
            untouched="everything",
            next_step="correct project.template in release.toml, or commit the template",
        ) from error
    found = local_paths(template, lambda path: git.show(commit, path))
    for each in found:
        if each.path == ".":
            continue
        try:
            git.tree_hashes(commit, [each.path])
        except NotFoundError as error:
            raise NotFoundError(
                f"{each.by} names {each.path}, which is not in the repository at {commit[:12]}",
                untouched="everything",
                next_step="correct the path, or commit what it names",
            ) from error
    return found


def write(git: Git, commit: str, template: str, folder: Path, target: Path, limits: Limits) -> None:
    """Write the bundle of ``commit`` to ``target``.

    Args:
        folder: an empty folder that the files are laid out in.

    Raises:
        NotFoundError, UsageError: as :func:`named_paths`, and what no bundle takes (links, too much).
    """
    paths = {template, *(each.path for each in named_paths(git, commit, template))}
    git.export(commit, _outermost(paths), folder, epoch=bundle.EPOCH)
    bundle.pack(folder, target, limits)


def _outermost(paths: set[str]) -> list[str]:
    """``paths`` without those that lie in another of them; "." holds every other."""
    if "." in paths:
        return ["."]
    return sorted(path for path in paths if not any(path.startswith(f"{other}/") for other in paths))
