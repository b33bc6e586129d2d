"""RELEASE_PARAMETERS as it is written: words of a shell, some of them for one environment; no value is ever shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from release.bootstrap import Wiring
from release.errors import UsageError
from tests.support.world import RELEASE_TOML


def given(folder: Path, words: str, environment: str = "staging") -> Mapping[str, str]:
    (folder / "release.toml").write_text(RELEASE_TOML, encoding="utf-8")
    return Wiring(folder, {"RELEASE_PARAMETERS": words}).overrides(environment)


def test_words_of_one_environment_are_its_own(tmp_path: Path) -> None:
    words = "A=1 'B=x y' staging:C=2 production:D=3"
    assert given(tmp_path, words) == {"A": "1", "B": "x y", "C": "2"}
    assert given(tmp_path, words, "production") == {"A": "1", "B": "x y", "D": "3"}


def test_a_secret_is_named_there_as_in_release_toml(tmp_path: Path) -> None:
    assert given(tmp_path, "Key=secret:app/key#k") == {"Key": "{{resolve:secretsmanager:app/key:SecretString:k}}"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("A=1 Pass-word=hunter2", "word 2, 'Pass-word', is neither Key=Value nor environment:Key=Value"),
        ("Key= hunter2", "word 2, which has no =, is neither"),
        ("nowhere:Key=hunter2", "word 1, 'nowhere:Key', is neither"),
        ("Key=secret:hunter2:x", "the value of Key names no secret"),
        ("Key='hunter2", "No closing quotation"),
    ],
)
def test_what_is_no_such_word_is_refused_without_its_value(tmp_path: Path, words: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        given(tmp_path, words)
    assert told in caught.value.message
    assert "hunter2" not in "\n".join(caught.value.lines())
