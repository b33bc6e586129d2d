"""What a repository says about itself: where it stands, and its commits. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where a repository stands.

    Attributes:
        commit: the full id of the commit that was asked about.
        branch: the branch that is checked out, or "" on a detached HEAD.
        shallow: whether history is missing.
        folder: the top of the work tree, or None in a bare repository.
    """

    commit: str
    branch: str
    shallow: bool
    folder: PurePath | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        date: the committer's date, ISO 8601.
        message: as it was written, decoded; what cannot be decoded is escaped as surrogates.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    date: str
    message: str

    @property
    def subject(self) -> str:
        """The message's first line that says something."""
        return self.message.strip().replace("\r", "\n").split("\n", 1)[0].rstrip()
