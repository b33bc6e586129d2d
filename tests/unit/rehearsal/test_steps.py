"""Which steps are played, and what is said of one that fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rehearsal.story.steps import QUICK, STEPS, StoryStep, chosen, listed
from release.errors import UsageError

PAGE = Path(__file__).parents[3] / "docs" / "rehearsal.md"


def names(steps: tuple[StoryStep, ...]) -> list[str]:
    return [step.name for step in steps]


def test_without_a_choice_the_whole_story_is_played() -> None:
    assert chosen([]) == chosen([""]) == STEPS


def test_a_step_brings_what_it_needs_in_the_storys_order() -> None:
    assert names(chosen(["rollback"])) == ["first", "second", "rollback"]
    assert names(chosen(["break-last", "again"])) == ["first", "again", "merges", "break-last"]
    assert names(chosen(["pull-request"])) == ["pull-request"]


def test_what_a_step_needs_comes_before_it() -> None:
    for number, step in enumerate(STEPS):
        assert {*step.needs} <= {*names(STEPS[:number])}, step.name


def test_the_quick_story_is_one_release_another_one_and_the_way_back() -> None:
    assert names(chosen(QUICK)) == ["first", "second", "rollback"]


def test_a_step_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"no step 'rolback' \(it has pull-request, first,") as refusal:
        chosen(["rolback"])
    assert refusal.value.next_step == "release rehearse --list"


def test_every_step_is_listed_and_documented_with_what_it_needs() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([\w-]+)`)? ?\| [A-Z].*\. \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == [(step.name, *(step.needs or ("",))) for step in STEPS]
    assert all(f"{step.name} " in listed() for step in STEPS)
