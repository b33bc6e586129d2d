"""A repository in memory: commits with trees and messages, a history that may branch and merge, tags, a remote."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotFoundError, RemoteError
from release.versions import history
from release.versions.history import Checkout
from release.versions.ports import Git


@dataclass(frozen=True)
class Commit:
    """Files, parents and what ``git log`` shows."""

    files: Mapping[str, bytes]
    parents: tuple[str, ...]
    message: str = ""
    author: str = "A Person"


class FakeGit(Git):
    """Attributes:
    head: the commit that HEAD names.
    on_branch: the branch that is checked out, "" when HEAD is detached.
    references: full name of a tag or branch -> commit.
    remote: the remote's URL; "" for none.
    remote_tags: tag -> commit, as the remote has them.
    missing: references that a shallow clone lacks; None in a whole clone.
    reachable: whether the remote answers.
    edited: files that differ from HEAD.
    """

    def __init__(self) -> None:
        self.commits: dict[str, Commit] = {}
        self.head = ""
        self.on_branch = "main"
        self.references: dict[str, str] = {}
        self.annotated: set[str] = set()
        self.remote = ""
        self.remote_tags: dict[str, str] = {}
        self.missing: dict[str, str] | None = None
        self.reachable = True
        self.edited: tuple[str, ...] = ()

    def commit(
        self,
        changes: Mapping[str, bytes | None],
        message: str = "chore: change",
        *,
        parent: str | None = None,
        merged: str | None = None,
        author: str = "A Person",
    ) -> str:
        """Commit ``changes`` (None deletes) on ``parent``, by default HEAD; HEAD and its branch move along.

        Args:
            merged: a second parent; its files come along.
        """
        on = self.head if parent is None else parent
        files = dict(self.commits[on].files) if on else {}
        if merged:
            files |= self.commits[merged].files
        for path, content in changes.items():
            if content is None:
                del files[path]
            else:
                files[path] = content
        facts = repr((sorted(files.items()), on, len(self.commits)))
        self.head = hashlib.sha1(facts.encode()).hexdigest()
        self.commits[self.head] = Commit(files, tuple(filter(None, (on, merged))), message, author)
        if self.on_branch:
            self.references[f"refs/heads/{self.on_branch}"] = self.head
        return self.head

    def tag(self, name: str, commit: str = "", *, annotated: bool = False) -> None:
        """Tag ``commit``, by default HEAD. Annotated or not, it names the commit."""
        if annotated:
            self.annotated.add(name)
        assert f"refs/tags/{name}" not in self.references, f"tag {name} is there already"
        self.references[f"refs/tags/{name}"] = self.resolve(commit or "HEAD")

    def branch(self, name: str, commit: str = "") -> None:
        """Create branch ``name`` at ``commit``, by default HEAD, and check it out."""
        self.head = self.resolve(commit or "HEAD")
        self.references[f"refs/heads/{name}"] = self.head
        self.on_branch = name

    def detach(self, commit: str = "") -> None:
        """Check out a commit itself."""
        self.head, self.on_branch = self.resolve(commit or "HEAD"), ""

    def checkout(self, revision: str = "HEAD") -> Checkout:
        if not self.head:
            raise NotFoundError("this repository has no commit yet", next_step="git commit")
        return Checkout(self.resolve(revision), self.on_branch, self.missing is not None, Path("/fake"))

    def resolve(self, revision: str) -> str:
        names = (revision, f"refs/tags/{revision}", f"refs/heads/{revision}")
        found = [self.head] if revision == "HEAD" else [c for c in self.commits if c == revision]
        found += [self.references[name] for name in names if name in self.references]
        if revision == "HEAD" and not self.head:
            raise NotFoundError("this repository has no commit yet", next_step="git commit, then this again")
        if not found or not found[0]:
            raise NotFoundError(f"this repository has no commit {revision!r}", next_step="git fetch")
        return found[0]

    def time_of(self, commit: str) -> int:
        if commit not in self.commits:
            raise NotFoundError(f"commit {commit[:12]} is not in this clone", next_step="git fetch")
        return 1767614400  # 2026-01-05T12:00:00Z, as log says

    def deepen(self) -> None:
        assert self.missing is not None, "git fetch --unshallow fails on a complete repository"
        if not self.remote or not self.reachable:
            raise RemoteError("this clone is shallow", next_step="git fetch --unshallow --tags")
        self.references |= self.missing
        self.missing = None

    def tags(self) -> Sequence[str]:
        return sorted(name.removeprefix("refs/tags/") for name in self.references if name.startswith("refs/tags/"))

    def merged_tags(self, names: Sequence[str], commit: str) -> Mapping[str, str]:
        self._whole()
        seen = self._history(commit)
        found = {name: self.references[f"refs/tags/{name}"] for name in names if f"refs/tags/{name}" in self.references}
        return {name: named for name, named in found.items() if named in seen}

    def log(self, commit: str, since: str = "") -> Sequence[history.Commit]:
        self._whole()
        wanted = self._history(commit) - (self._history(since) if since else set())
        order = [one for one in reversed(self.commits) if one in wanted]
        return [
            history.Commit(
                one,
                self.commits[one].parents,
                self.commits[one].author,
                "2026-01-05T12:00:00+00:00",
                self.commits[one].message,
            )
            for one in order
        ]

    def position(self, commit: str) -> tuple[int, str]:
        self._whole()
        return len(self._history(commit)), "2026-01-05T12:00:00+00:00"

    def changed_between(self, before: str, after: str, paths: Sequence[str] = ()) -> Sequence[str]:
        old, new = self.commits[self._known(before)].files, self.commits[self._known(after)].files
        changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
        return [path for path in changed if not paths or _below(path, paths)]

    def branches_with(self, commit: str) -> Sequence[str]:
        branches = (name for name in self.references if name.startswith(("refs/heads/", "refs/remotes/")))
        return sorted(name for name in branches if self._known(commit) in self._history(self.references[name]))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        self._whole()
        return self.resolve(ancestor) in self._history(self.resolve(descendant))

    def remote_url(self) -> str:
        return self.remote

    def remote_tag(self, name: str) -> str | None:
        if self.remote and not self.reachable:
            raise RemoteError("the remote does not answer")
        return self.remote_tags.get(name) if self.remote else None

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: hashlib.sha1(repr(self._below(commit, path)).encode()).hexdigest() for path in paths}

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        known = self.commits[self._known(commit)].files.items()
        return {name: f"100644 {hashlib.sha1(content).hexdigest()}" for name, content in known if _below(name, paths)}

    def export(
        self, commit: str, paths: Sequence[str], folder: Path, epoch: int, keeps: Callable[[str], bool] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            for name, content in self._below(commit, path):
                if keeps is not None and not keeps(name):
                    continue
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        for each in (folder, *folder.rglob("*")):
            os.utime(each, (epoch, epoch))

    def show(self, commit: str, path: str) -> bytes:
        if commit not in self.commits or path not in self.commits[commit].files:
            raise NotFoundError(f"{path} at {commit[:12]} is not in this clone", next_step="git fetch")
        return self.commits[commit].files[path]

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        return tuple(edited for edited in self.edited if _below(edited, paths))

    def _known(self, commit: str) -> str:
        assert commit in self.commits, f"{commit!r} is no full id of a commit: the real git would guess"
        return commit

    def _whole(self) -> None:
        assert self.missing is None, "history is asked for in a shallow clone: the answer would be a guess"

    def _history(self, commit: str) -> set[str]:
        seen: set[str] = set()
        todo = [self._known(commit)]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self.commits[one].parents
        return seen

    def _below(self, commit: str, path: str) -> list[tuple[str, bytes]]:
        self.resolve(commit)
        found = [(n, c) for n, c in self.commits[commit].files.items() if _below(n, [path])]
        if not found:
            raise NotFoundError(f"{path} is not in commit {commit[:12]}", next_step="commit it")
        return sorted(found)


def _below(path: str, folders: Sequence[str]) -> bool:
    names = [folder.rstrip("/") for folder in folders]
    return any(name in (".", path) or path.startswith(f"{name}/") for name in names)
