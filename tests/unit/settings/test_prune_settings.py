"""``[prune]`` of release.toml: what stays in the registry in any case."""

from __future__ import annotations

import pytest

from release.errors import UsageError
from release.settings import config
from release.settings.prune import Keep
from tests.support.world import RELEASE_TOML


def keep(text: str) -> Keep:
    return config.parse(f"{RELEASE_TOML}\n[prune]\n{text}\n").keep


def test_without_a_word_ten_proven_releases_and_ninety_days_stay() -> None:
    assert config.parse(RELEASE_TOML).keep == keep("") == Keep(proven=10, days=90)


def test_both_numbers_can_be_set() -> None:
    assert keep("keep-proven = 3\nkeep-days = 400") == Keep(proven=3, days=400)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("keep-proven = 0", r"prune\.keep-proven must be 1 or more, not 0"),
        ("keep-days = -1", r"prune\.keep-days must be 1 or more, not -1"),
        ('keep-days = "long"', r"prune\.keep-days must be a whole number"),
        ("keep = 3", r"prune\.keep is not a key"),
    ],
)
def test_what_is_no_such_number_is_refused_with_its_key(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        keep(text)


def test_an_earlier_commits_wrong_number_keeps_the_default_or_more() -> None:
    then = config.parse_history(f'{RELEASE_TOML}\n[prune]\nkeep-proven = -4\nkeep-days = "long"\n')
    assert (then.keep.proven, then.keep.days) == (1, 90)
