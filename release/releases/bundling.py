"""What goes into a release's bundle, taken from its commit: the template and every local file that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from release.completion import tree
from release.completion.complete import RECIPE, Wanted
from release.errors import NotFoundError
from release.releases import building, bundle
from release.releases.bundle import Limits
from release.releases.ports import CodeBuilder
from release.settings.codebuilds import CodeBuild
from release.settings.config import Config
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


def write(
    git: Git,
    commit: str,
    template: str,
    folder: Path,
    target: Path,
    limits: Limits,
    builder: CodeBuilder | None = None,
    complete: Wanted | None = None,
) -> None:
    """Write the bundle of ``commit`` to ``target``.

    Args:
        folder: an empty folder that the files are laid out in; others are made beside it.
        builder: builds the ZIP code that has to be built.
        complete: what the copy of the template gets beside what stands in it; None leaves it as it is.

    Raises:
        NotFoundError, UsageError: as :func:`named_paths`, and what no bundle takes (links, too much); or there is code
            to build and nobody who builds it; or something in the template clashes with what its copy gets.
        MachineError, RemoteError: it could not be built.
    """
    builds = building.needed(git, commit, template)
    if builds and builder is None:
        raise not_built(builds)
    export(git, commit, template, folder)
    if builds and builder is not None:
        folder = _with_built(folder, template, builds, builder)
    if complete is not None:
        complete_in(folder, template, complete)
    bundle.pack(folder, target, limits)


def complete_in(folder: Path, template: str, wanted: Wanted) -> None:
    """Put the copies of the templates that are laid out below ``folder`` in their place. Raises UsageError."""
    for path, copy in tree.copies(template, lambda path: (folder / path).read_bytes(), wanted).items():
        (folder / path).write_bytes(copy)


def export(git: Git, commit: str, template: str, folder: Path) -> None:
    """Lay the template and what it names out below ``folder``, as they are committed. Raises as :func:`named_paths`."""
    paths = {template, *(each.path for each in named_paths(git, commit, template))}
    git.export(commit, _outermost(paths), folder, epoch=bundle.EPOCH)


def not_built(builds: Sequence[CodeBuild]) -> NotFoundError:
    """The refusal of code that is not built, or not on this machine."""
    return NotFoundError(
        f"the code of {', '.join(each.logical_id for each in builds)} was not built",
        untouched="everything",
        next_step="release build",
    )


def inputs(git: Git, commit: str, template: str, complete: Wanted | None = None) -> str:
    """What decides the bundle of ``commit``, as 16 hexadecimal digits: its template, what that gets, and its files."""
    paths = _outermost({template, *(each.path for each in named_paths(git, commit, template))})
    trees = {".": commit} if paths == ["."] else git.tree_hashes(commit, paths)
    facts = [template, sorted(trees.items()), [RECIPE, complete.facts()] if complete else []]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def wanted(config: Config) -> Wanted:
    """What a template's copy gets by release.toml."""
    return Wanted(config.images, config.alias)


def _with_built(tree: Path, template: str, builds: Sequence[CodeBuild], builder: CodeBuilder) -> Path:
    """The folder that holds what was built, and of ``tree`` only what is named still."""
    scratch, kept = (tree.with_name(f"{tree.name}-{name}") for name in ("built", "kept"))
    scratch.mkdir()
    building.build(tree, builds, builder, scratch)
    for path in _outermost(building.named_in(tree, template)):
        if path == ".":
            return tree
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).rename(kept / path)
    return kept


def _outermost(paths: set[str]) -> list[str]:
    """``paths`` without those that lie in another of them; "." holds every other."""
    if "." in paths:
        return ["."]
    return sorted(path for path in paths if not any(path.startswith(f"{other}/") for other in paths))
