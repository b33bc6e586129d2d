"""ZIP code as it will run: what has to be built is built by sam, in the bundle's own copy of the sources.

Equal inputs shall give equal bundles: what depends on when and where it was built (byte code, an installer's own
records) is left out; the bundle gives every file one time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from release.errors import NotFoundError
from release.releases.ports import CodeBuilder
from release.settings.cfnedit import with_properties
from release.settings.codebuilds import CodeBuild, code_builds
from release.settings.localfiles import local_paths
from release.versions.ports import Git

log = logging.getLogger("release.build")

#: What pip leaves of itself in ``*.dist-info``: where and how a package was installed (PEP 376, PEP 610).
_RECORDS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_BYTE_CODE = (".pyc", ".pyo")


def needed(git: Git, commit: str, template: str) -> tuple[CodeBuild, ...]:
    """What sam has to build of ``template`` at ``commit``. Raises as :func:`code_builds`."""

    def exists(path: str) -> bool:
        try:
            git.tree_hashes(commit, [path])
        except NotFoundError:
            return False
        return True

    return code_builds(template, lambda path: git.show(commit, path), exists)


def build(tree: Path, builds: Sequence[CodeBuild], builder: CodeBuilder, scratch: Path) -> None:
    """Build everything and put it into ``tree``, whose templates name it from then on.

    Args:
        tree: the sources, as they are committed.
        scratch: an empty folder on the same file system.

    Raises:
        MachineError, RemoteError: what is needed to build is not there, or building failed.
        UsageError: a template cannot be made to name what was built.
    """
    for each in builds:  # none of them may see what another one built
        target = scratch / each.template.replace("/", "--") / each.logical_id
        target.parent.mkdir(parents=True, exist_ok=True)
        log.info("building %s of %s from %s", each.logical_id, each.template, each.folder)
        builder.build(tree, each, target)
        for path in _noise(target):
            path.unlink()
        _without_empty(target)
    for each in builds:
        place = tree / each.place
        if place.exists():
            raise NotFoundError(
                f"{each.place} is in the repository already, and what sam builds would stand there",
                untouched="everything",
                next_step=f"rename {each.place}",
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        (scratch / each.template.replace("/", "--") / each.logical_id).rename(place)
    for template in sorted({each.template for each in builds}):
        path = tree / template
        named = {(each.logical_id, each.key): each.written for each in builds if each.template == template}
        path.write_text(with_properties(path.read_text(encoding="utf-8"), template, named), encoding="utf-8")


def named_in(tree: Path, template: str) -> set[str]:
    """The paths that the templates in ``tree`` name, the template itself among them."""
    return {template, *(each.path for each in local_paths(template, lambda path: (tree / path).read_bytes()))}


def _noise(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        record = path.name in _RECORDS and path.parent.name.endswith(".dist-info")
        if path.is_file() and (record or path.suffix in _BYTE_CODE):
            yield path


def _without_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("__pycache__"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
