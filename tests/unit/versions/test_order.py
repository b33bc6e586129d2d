"""Which of two releases is later."""

from __future__ import annotations

import pytest

from release.versions.order import Order, Position, relation


@pytest.mark.parametrize(
    ("release", "live", "expected"),
    [
        (("main", 7, "2.0.0"), ("main", 9, "1.0.0"), Order.OLDER),  # the history decides, whatever the versions say
        (
            ("main", 9, "1.0.0-rc.3"),
            ("main", 7, "1.1.0-rc.2"),
            Order.NEWER,
        ),  # a feature was reverted
        (
            ("release/1.0", 12, "1.0.1"),
            ("main", 9, "1.1.0"),
            Order.OLDER,
        ),  # maintenance does not replace a later line
        (("release/1.1", 12, "1.1.0"), ("main", 9, "1.1.0"), Order.OLDER),
        (("release/1.1", 3, "1.1.1"), ("main", 9, "1.1.0"), Order.DIVERGED),
        (("", 3, "1.0.0-rc.9"), ("", 9, "1.0.0-rc.10"), Order.OLDER),  # by number, not by letter
        (("", 3, "1.2.0"), ("main", 9, "1.1.0"), Order.DIVERGED),  # a branch that nobody knows
        (("main", 9, "1.2.0"), ("main", 9, "1.1.0"), Order.DIVERGED),  # main was written anew
    ],
)
def test_on_one_branch_the_number_of_commits_decides_and_elsewhere_the_version(
    release: tuple[str, int, str], live: tuple[str, int, str], expected: Order
) -> None:
    """faults.md, 20."""
    assert relation(Position("a" * 40, *release), Position("b" * 40, *live)) is expected


def test_one_commit_is_the_same_release_by_whatever_name() -> None:
    one = Position("a" * 40, "main", 9, "1.1.0-rc.2")
    assert relation(one, Position("a" * 40, "", 9, "1.1.0")) is Order.SAME
