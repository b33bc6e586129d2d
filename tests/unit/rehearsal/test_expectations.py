"""What an assertion of the rehearsal says: what was expected first, then what was found."""

from __future__ import annotations

import pytest

from rehearsal.story.expectations import LAST_LINES, NotAsExpected, contains, differs, equal, failure


def test_what_is_as_expected_passes_in_silence() -> None:
    equal("the version", "0.2.0", "0.2.0")
    differs("the digest", "sha256:a", "sha256:b")
    contains("the summary", "put back", "Failed, and put back")


@pytest.mark.parametrize(
    ("expected", "found", "says"),
    [
        ("0.2.0", "0.1.0", "the version that staging runs: expected 0.2.0, found 0.1.0"),
        (["open"], [], "the version that staging runs: expected ['open'], found []"),
        ("0.2.0", "", "the version that staging runs: expected 0.2.0, found ''"),
        ("0.2.0", None, "the version that staging runs: expected 0.2.0, found None"),
    ],
)
def test_another_value_is_told_after_the_one_that_was_expected(expected: object, found: object, says: str) -> None:
    with pytest.raises(NotAsExpected) as refusal:
        equal("the version that staging runs", expected, found)
    assert refusal.value.message == says


def test_a_value_that_had_to_change_is_named() -> None:
    with pytest.raises(NotAsExpected, match="the digest: expected another than sha256:a, found the same"):
        differs("the digest", "sha256:a", "sha256:a")


def test_a_text_that_lacks_a_word_is_shown_to_its_last_lines() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    with pytest.raises(NotAsExpected) as refusal:
        contains("the job summary", "put back", text)
    first, *shown = refusal.value.message.splitlines()
    assert first == "the job summary: expected 'put back' in it, found this at its end:"
    assert shown == text.splitlines()[-LAST_LINES:]
    with pytest.raises(NotAsExpected, match="found nothing at all"):
        contains("the job summary", "put back", "")


def test_the_remedy_is_a_command_that_keeps_what_failed() -> None:
    assert "release rehearse --keep" in failure("x", "a", "b").next_step
