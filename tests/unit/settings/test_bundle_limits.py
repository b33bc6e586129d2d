"""``[bundle]`` of release.toml: how large a bundle may be."""

from __future__ import annotations

import pytest

from release.errors import UsageError
from release.settings import config
from release.settings.bundle import Limits
from tests.support.world import RELEASE_TOML


def limits(text: str) -> Limits:
    return config.parse(f"{RELEASE_TOML}\n[bundle]\n{text}\n").limits


def test_without_a_word_a_bundle_may_hold_a_gigabyte() -> None:
    assert config.parse(RELEASE_TOML).limits == Limits(1_000_000_000, 50_000) == limits("")


def test_both_limits_can_be_set() -> None:
    assert limits('max-size = "250 MB"\nmax-files = 10') == Limits(250_000_000, 10)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('max-size = "1 GiB"', r"bundle\.max-size must be a size like"),
        ("max-size = 5", r"bundle\.max-size must be a text"),
        ("max-files = 0", r"bundle\.max-files must be 1 or more, not 0"),
        ("max-file = 3", r"bundle\.max-file is not a key"),
    ],
)
def test_a_limit_that_is_none_is_refused_with_its_line(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        limits(text)


def test_a_limit_of_history_that_is_none_is_the_usual_one() -> None:
    """faults.md, 68."""
    then = config.parse_history(f'{RELEASE_TOML}\n[bundle]\nmax-size = "much"\nmax-files = -1\n')
    assert then.limits == Limits(1_000_000_000, 1)
    assert len(then.notes) == 2
