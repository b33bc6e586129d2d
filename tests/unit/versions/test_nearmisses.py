"""What looks as if it were meant to count gets a note; what counts, and what says there is nothing, gets none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.versions.commits import TYPES, parse_message
from release.versions.nearmisses import near_misses


def notes(message: str) -> list[str]:
    return list(near_misses(message, parse_message(message), TYPES))


@pytest.mark.parametrize(
    "message",
    [
        "fix: x\n\n* BREAKING CHANGE: y",
        "fix: x\n\n- BREAKING CHANGE: y",
        "fix: x\n\n  BREAKING CHANGE: y",
        "fix: x\n\nBREAKING CHANGES: y",
        "fix: x\n\nBREAKING CHANGE y",
        "fix: x\n\nBREAKING CHANGE - y",
        "fix: x\n\nBREAKING_CHANGE: y",
        "fix: x\n\nBREAKING: y",
        "fix: x\n\nbreaking change: y",
        "fix: x\n\nBreaking changes\n\n- y",
        "fix: x\n\n### Breaking Changes\n\n- y",
        "fix: x\n\n**BREAKING CHANGE**: y",
        "fix: x\n\n**Breaking:** y",
        "fix: x\n\n- [x] Breaking change",
        "fix: x\n\nThis is a BREAKING CHANGE for users",
        "fix: BREAKING CHANGE: y",
        "BREAKING CHANGE: y",
        "BREAKING CHANGE y",
        "[BREAKING] drop it",
        "feat!(scope): x",
        "feat(scope) !: x",
        "feat (scope)!: x",
        "feat!:x",
        "feat!!: x",
        "feat:! x",
        "!feat: x",
        "fix: all of it (#12)\n\n* feat!: one",
        "some work (#12)\n\n* feat!(scope): one",
    ],
)
def test_breaking_change_that_does_not_count_is_named(message: str) -> None:
    """faults.md, 66"""
    assert not any(change.breaking for change in parse_message(message).changes)
    (note,) = notes(message)
    assert note.startswith("looks like a breaking change, is not counted: ")
    assert "'BREAKING CHANGE: …'" in note


@pytest.mark.parametrize(
    "message",
    [
        "feat!: x",
        "fix: x\n\nBREAKING CHANGE: y",
        "fix: x\n\nBREAKING-CHANGE: y\n\n* BREAKING CHANGE: z",
        "some work (#12)\n\n* feat!: one",
        "fix: x\n\n- [ ] Breaking change",
        "fix: x\n\nNo BREAKING CHANGES here",
        "fix: x\n\nThis is not a BREAKING CHANGE",
        "fix: x\n\nBreaking changes: none",
        "fix: x\n\n## Breaking changes\n\nNone.",
        "fix: x\n\nBreaking changes: N/A",
        "fix: breaking the build is bad",
        "fix: unbreaking changes",
        "docs: hello! world: x",
        "hello!(world): x",
        'Revert "feat!: x"',
        "fix: x\n\n```\nBREAKING CHANGES: y\n```",
        "fix: wow! it works",
    ],
)
def test_what_counts_and_what_denies_gets_no_note(message: str) -> None:
    assert notes(message) == []


@pytest.mark.parametrize("line", ["Release as: 2.0.0", "Release-As 2.0.0", "> Release-As: 2.0.0", "release_as=v2.0.0"])
def test_release_as_in_a_shape_that_does_not_count_is_named(line: str) -> None:
    (note,) = notes(f"chore: x\n\n{line}")
    assert note.startswith("looks like a Release-As footer, is not counted")


def test_release_as_without_a_version_is_named() -> None:
    assert notes("chore: x\n\nRelease-As:") == ["its Release-As footer is empty and names no version"]
    assert notes("chore: x\n\nRelease-As: 1.0.0\n\nRelease as: 2.0.0") == []
    assert notes("chore: release as soon as you can") == []


def test_line_is_shown_short_and_harmless() -> None:
    (note,) = notes("fix: x\n\n* BREAKING CHANGE: \x1b[31m\u202e" + "y" * 500)
    assert "\x1b" not in note
    assert "\u202e" not in note
    assert len(note) < 300


@given(st.text(max_size=300) | st.text(alphabet="breakingBREAKING CHANGES:!()*-[]x\n", max_size=80))
def test_no_message_is_too_strange(message: str) -> None:
    assert all("\n" not in note for note in notes(message))


LONG = 100_000


@pytest.mark.parametrize(
    "message",
    [
        "breaking\n" * (LONG // 9),
        "breaking\n\n" + "\n" * LONG,
        "breaking" + " " * LONG + "!",
        "!" * LONG,
        "feat" + "(" * LONG + "!",
        "feat(" + "a" * LONG + "!",
        "feat" + "!" * LONG,
        "feat" + " " * LONG + "!",
        "[" * LONG + "!",
        "*" * LONG + "!",
        "no " * LONG + ". BREAKING CHANGES",
        "no BREAKING CHANGES " * (LONG // 20),
        "release" * (LONG // 7),
    ],
)
def test_long_messages_are_read_in_one_go(message: str) -> None:
    assert len(notes(message)) <= 1
