"""What this room asks of the world. Adapters implement it, tests pass a fake of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release.versions.changed import Changed
from release.versions.history import Checkout, Commit

#: The commit of the release before ("": there is none) and a commit -> what changed that decides what runs.
Changes = Callable[[str, str], Changed]


class Git(Protocol):
    """One repository. Commits are named by their full id, except where a ``revision`` may be anything that git reads.

    Tag, branch and path names are data: none is ever taken for an option. Every method raises MachineError when git is
    missing and RemoteError when it fails.
    """

    def checkout(self, revision: str = "HEAD") -> Checkout:
        """Where the repository stands. Raises NotFoundError: no repository, no commit yet, no such revision."""

    def resolve(self, revision: str) -> str:
        """The full id of the commit that ``revision`` names. Raises NotFoundError."""

    def time_of(self, commit: str) -> int:
        """When ``commit`` was committed, in seconds since 1970. Raises NotFoundError."""

    def deepen(self) -> None:
        """Fetch the history and the tags that a shallow clone lacks. Raises RemoteError with the remedy."""

    def tags(self) -> Sequence[str]:
        """The names of all tags."""

    def merged_tags(self, names: Sequence[str], commit: str) -> Mapping[str, str]:
        """Those of the tags ``names`` that are in the history of ``commit`` -> the commit each names."""

    def log(self, commit: str, since: str = "") -> Sequence[Commit]:
        """The commits in the history of ``commit`` but not of ``since``, children before parents."""

    def changed_between(self, before: str, after: str, paths: Sequence[str] = ()) -> Sequence[str]:
        """The files that differ between two commits, below ``paths`` or everywhere."""

    def branches_with(self, commit: str) -> Sequence[str]:
        """The branches, local and remote, whose history holds ``commit``: ``refs/heads/…``, ``refs/remotes/…/…``."""

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether ``ancestor`` is ``descendant`` or comes before it in its history."""

    def remote_url(self) -> str:
        """The URL of the remote, or "" when there is none."""

    def remote_tag(self, name: str) -> str | None:
        """The commit that tag ``name`` names on the remote, or None when it has no such tag. Raises RemoteError."""

    def show(self, commit: str, path: str) -> bytes:
        """One file's content at ``commit``. Raises NotFoundError."""

    def position(self, commit: str) -> tuple[int, str]:
        """``(number of commits in its history, itself included; its committer's date, ISO 8601)``."""

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """Path -> git object id at ``commit``. Raises NotFoundError for a path that is not there."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """Every file below ``paths`` -> its mode and git object id at ``commit``; a path that is not there has none."""

    def export(
        self, commit: str, paths: Sequence[str], folder: Path, epoch: int, keeps: Callable[[str], bool] | None = None
    ) -> None:
        """Write ``paths`` below ``folder``, byte for byte as they are committed, with ``epoch`` as every time.

        Args:
            keeps: whether a file is written, by its path; None: every one is.

        Raises NotFoundError: a path is missing, is a submodule, or its content is not on this machine.
        """

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        """The files below ``paths`` that differ from HEAD or that git does not track."""
