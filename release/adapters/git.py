"""The Git port: the git executable. Names are data: every revision goes behind ``--end-of-options``."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from release.adapters import process
from release.errors import NotFoundError, RemoteError

_FETCH = "git fetch --unshallow --tags, if this clone is shallow"


class GitRepository:
    """The repository in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, revision: str) -> str:
        """See :class:`release.ports.Git`."""
        result = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False
        )
        if result.code != 0:
            raise NotFoundError(f"this repository has no commit {revision!r}", untouched="everything", next_step=_FETCH)
        return result.stdout.strip()

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """See :class:`release.ports.Git`. ``-t`` lists a folder also when a file in it is asked for."""
        listed = self._git(
            "ls-tree", "-z", "-t", "--full-tree", commit, "--", *(path.rstrip("/") for path in paths)
        ).stdout
        found = {}
        for line in filter(None, listed.split("\0")):
            meta, _, path = line.partition("\t")
            mode, _, object_id = meta.split(" ")
            found[path] = f"{mode} {object_id}"
        for path in paths:
            if path.rstrip("/") not in found:
                raise NotFoundError(
                    f"{path} is not in commit {commit[:12]}",
                    untouched="everything",
                    next_step="commit it, or correct release.toml",
                )
        return {path: found[path.rstrip("/")] for path in paths}

    def export(self, commit: str, paths: Sequence[str], folder: Path) -> None:
        """See :class:`release.ports.Git`."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder.parent / (folder.name + ".tar")
        self._git("archive", "--format=tar", f"--output={target}", commit, "--", *paths)
        try:
            with tarfile.open(target) as archive:
                archive.extractall(folder, filter="tar")
        finally:
            target.unlink(missing_ok=True)

    def show(self, commit: str, path: str) -> bytes:
        """See :class:`release.ports.Git`."""
        result = self._git("cat-file", "blob", f"{commit}:{path}", check=False)
        if result.code != 0:
            raise NotFoundError(
                f"{path} at {commit[:12]} is not in this clone", untouched="everything", next_step=_FETCH
            )
        return result.stdout.encode("utf-8", "surrogateescape")

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        """See :class:`release.ports.Git`."""
        listed = self._git(
            "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *paths
        ).stdout
        return tuple(line[3:] for line in listed.split("\0") if line)

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """See :class:`release.ports.Git`.

        Raises:
            NotFoundError: one of them is not in this clone; a shallow clone must not look like a diverged history.
        """
        for commit in (ancestor, descendant):
            self.resolve(commit)
        if self._git("rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            raise NotFoundError("this clone is shallow, so its history cannot be compared", next_step=_FETCH)
        result = self._git("merge-base", "--is-ancestor", ancestor, descendant, check=False)
        if result.code not in (0, 1):
            raise RemoteError(f"git could not compare {ancestor[:12]} and {descendant[:12]}: {result.stderr.strip()}")
        return result.code == 0

    def _git(self, *arguments: str, check: bool = True) -> process.Result:
        return process.run(["git", "-C", self.folder, *arguments], check=check, timeout=300)
