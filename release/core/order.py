"""Which of two releases is the later one."""

from __future__ import annotations

import re

_RX = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?\Z", re.ASCII)
_Key = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]


def precedence(version: str) -> _Key:
    """A key that sorts versions as semver.org 2.0.0, item 11, says; anything else sorts first."""
    match = _RX.match(version)
    if not match:
        return (-1, 0, 0, 0, ())
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in (match[4] or "").split(".") if part
    )
    return (int(match[1]), int(match[2]), int(match[3]), 0 if match[4] else 1, parts)


def relation(*, older: bool, newer: bool, version: str, live_version: str) -> str:
    """How a release relates to the live one: "older", "newer" or "diverged".

    Commits decide, not versions: when a feature is reverted before its release, the later candidate has the lower
    version. Where neither commit contains the other (a maintenance branch), the version decides: the lower is older.
    """
    if older:
        return "older"
    if newer:
        return "newer"
    return "older" if precedence(version) <= precedence(live_version) else "diverged"
