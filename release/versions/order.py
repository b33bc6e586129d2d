"""Which of two releases is the later one."""

from __future__ import annotations

from release.semver import try_parse


def relation(*, older: bool, newer: bool, version: str, live_version: str) -> str:
    """How a release relates to the live one: "older", "newer" or "diverged".

    Commits decide, not versions: when a feature is reverted before its release, the later candidate has the lower
    version. Where neither commit contains the other (a maintenance branch), the version decides: the lower is older.
    """
    if older:
        return "older"
    if newer:
        return "newer"
    ours, lives = try_parse(version), try_parse(live_version)
    # A live stack without a version of ours was not deployed by us: nothing is lost by replacing it.
    return "older" if ours and lives and ours.precedence <= lives.precedence else "diverged"
