"""Which of two releases is the later one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from release.semver import try_parse


class Order(Enum):
    """How a release relates to the live one."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Position:
    """Where a release's commit stands: its branch ("" when nobody knows), and the number of commits in its history."""

    commit: str
    branch: str
    position: int
    version: str


def relation(release: Position, live: Position) -> Order:
    """How ``release`` relates to ``live``.

    On one branch commits decide, not versions: when a feature is reverted before its release, the later candidate has
    the lower version. A later commit has more commits in its history, so no clone is needed. Where the branches differ
    (a maintenance branch), the version decides: the lower is older.
    """
    if release.commit == live.commit:
        return Order.SAME
    if release.branch and release.branch == live.branch and release.position != live.position:
        return Order.NEWER if release.position > live.position else Order.OLDER
    ours, lives = try_parse(release.version), try_parse(live.version)
    return Order.OLDER if ours and lives and ours.precedence <= lives.precedence else Order.DIVERGED
