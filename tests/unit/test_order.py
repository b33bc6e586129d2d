"""Which of two releases is later."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.core.order import precedence, relation

#: semver.org 2.0.0, item 11, its own example, lowest first.
ORDERED = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1-rc.1",
    "1.0.10",
    "1.9.0",
    "1.10.0",
    "2.0.0",
]


def test_versions_sort_as_semver_says() -> None:
    assert sorted(set(ORDERED), key=precedence) == ORDERED
    assert len({precedence(version) for version in ORDERED}) == len(ORDERED)


@given(st.text(max_size=12))
def test_any_text_can_be_compared_and_what_is_no_version_comes_first(text: str) -> None:
    assert precedence(text) == (-1, 0, 0, 0, ()) or text[0] in "0123456789"
    assert precedence(text) < precedence("9" * 13 + ".0.0")


@pytest.mark.parametrize(
    ("older", "newer", "version", "live", "expected"),
    [
        (True, False, "2.0.0", "1.0.0", "older"),  # the history decides, whatever the versions say
        (False, True, "1.0.0-rc.3", "1.1.0-rc.2", "newer"),  # a feature was reverted before its release
        (False, False, "1.0.1", "1.1.0", "older"),  # a maintenance branch must not replace a later version
        (False, False, "1.1.0", "1.1.0", "older"),
        (False, False, "1.1.1", "1.1.0", "diverged"),
    ],
)
def test_history_decides_and_versions_only_where_it_cannot(
    older: bool, newer: bool, version: str, live: str, expected: str
) -> None:
    """faults.md, 20."""
    assert relation(older=older, newer=newer, version=version, live_version=live) == expected
