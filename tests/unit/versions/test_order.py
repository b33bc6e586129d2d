"""Which of two releases is later."""

from __future__ import annotations

import pytest

from release.versions.order import relation


@pytest.mark.parametrize(
    ("older", "newer", "version", "live", "expected"),
    [
        (True, False, "2.0.0", "1.0.0", "older"),  # the history decides, whatever the versions say
        (False, True, "1.0.0-rc.3", "1.1.0-rc.2", "newer"),  # a feature was reverted before its release
        (False, False, "1.0.1", "1.1.0", "older"),  # a maintenance branch must not replace a later version
        (False, False, "1.1.0", "1.1.0", "older"),
        (False, False, "1.1.1", "1.1.0", "diverged"),
        (False, False, "1.0.0-rc.9", "1.0.0-rc.10", "older"),  # by number, not by letter
        (False, False, "1.0.0", "", "diverged"),  # a stack that was not deployed from here
        (False, False, "1.0.0", "latest", "diverged"),
    ],
)
def test_history_decides_and_versions_only_where_it_cannot(
    older: bool, newer: bool, version: str, live: str, expected: str
) -> None:
    """faults.md, 20."""
    assert relation(older=older, newer=newer, version=version, live_version=live) == expected
