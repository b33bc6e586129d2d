"""A repository in memory: commits with trees, a history that may branch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotFoundError
from release.ports import Git


@dataclass(frozen=True)
class Commit:
    """Files and parents."""

    files: Mapping[str, bytes]
    parents: tuple[str, ...]


class FakeGit(Git):
    """Attributes:
    head: the commit that HEAD names.
    edited: files that differ from HEAD.
    """

    def __init__(self) -> None:
        self.commits: dict[str, Commit] = {}
        self.head = ""
        self.edited: tuple[str, ...] = ()

    def commit(self, changes: Mapping[str, bytes | None], *, parent: str | None = None) -> str:
        """Commit ``changes`` (None deletes) on ``parent``, by default HEAD; HEAD moves along. The new commit's id."""
        on = self.head if parent is None else parent
        files = dict(self.commits[on].files) if on else {}
        for path, content in changes.items():
            if content is None:
                del files[path]
            else:
                files[path] = content
        facts = repr((sorted(files.items()), on, len(self.commits)))
        self.head = hashlib.sha1(facts.encode()).hexdigest()
        self.commits[self.head] = Commit(files, (on,) if on else ())
        return self.head

    def resolve(self, revision: str) -> str:
        found = [self.head] if revision == "HEAD" else [c for c in self.commits if c == revision]
        if not found or not found[0]:
            raise NotFoundError(f"this repository has no commit {revision!r}", next_step="git fetch")
        return found[0]

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: hashlib.sha1(repr(self._below(commit, path)).encode()).hexdigest() for path in paths}

    def export(self, commit: str, paths: Sequence[str], folder: Path) -> None:
        for path in paths:
            for name, content in self._below(commit, path):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)

    def show(self, commit: str, path: str) -> bytes:
        if commit not in self.commits or path not in self.commits[commit].files:
            raise NotFoundError(f"{path} at {commit[:12]} is not in this clone", next_step="git fetch")
        return self.commits[commit].files[path]

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        return tuple(e for e in self.edited if any(e == p or e.startswith(p.rstrip("/") + "/") for p in paths))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        self.resolve(ancestor)
        todo = [self.resolve(descendant)]
        while todo:
            commit = todo.pop()
            if commit == ancestor:
                return True
            todo += self.commits[commit].parents
        return False

    def _below(self, commit: str, path: str) -> list[tuple[str, bytes]]:
        self.resolve(commit)
        path = path.rstrip("/")
        found = [(n, c) for n, c in self.commits[commit].files.items() if n == path or n.startswith(path + "/")]
        if not found:
            raise NotFoundError(f"{path} is not in commit {commit[:12]}", next_step="commit it")
        return sorted(found)
