"""required-version: which versions of the command may read a release.toml."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from release.errors import MachineError, UsageError
from release.settings.config import parse, parse_history
from tests.support.world import RELEASE_TOML


def asks(wanted: str) -> str:
    """The valid file, for the versions ``wanted`` alone."""
    return f'required-version = "{wanted}"\n{RELEASE_TOML}'


def running(version: str) -> Callable[[], str]:
    """The command that is ``version``."""
    return lambda: version


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (">=1.2", "1.2.0"),
        (">=1.2", "1.2.1+3f2a91c04d5e"),
        (">=1.2,<2", "1.99.0"),
        ("==1.2.0", "1.2.0+3f2a91c04d5e.dirty"),
        (">=1.2", "2.0.0rc1"),
        ("~=1.2", "1.3"),
    ],
)
def test_a_version_that_the_file_allows_reads_it(wanted: str, version: str) -> None:
    assert parse(asks(wanted), running(version)).project == "app"


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (">=1.2", "1.1.9"),
        (">=1.2", "1.2.0rc1"),
        (">=1.2", "0.0.0+3f2a91c04d5e"),
        (">=1.2", "0.0.0+unknown"),
        (">=1.2,<2", "2.0.0"),
    ],
)
def test_another_version_is_refused_with_the_one_to_install(wanted: str, version: str) -> None:
    with pytest.raises(MachineError) as caught:
        parse(asks(wanted), running(version))
    assert caught.value.message == (
        f"release.toml, line 1: required-version asks for lambda-image-release {wanted}; this command is {version}"
    )
    assert caught.value.untouched == "everything"
    assert caught.value.next_step.startswith(f"pip install 'lambda-image-release{wanted}'")


def test_an_older_command_says_that_it_is_older_before_it_calls_a_newer_key_misspelt() -> None:
    text = asks(">=9") + '\n[brought-by-9]\nx = 1\n[images.export.also]\ny = ["z"]\n'
    with pytest.raises(MachineError, match=re.escape("asks for lambda-image-release >=9")):
        parse(text, running("1.0"))
    with pytest.raises(UsageError, match="not a key that is known"):
        parse(text, running("9.0"))


@pytest.mark.parametrize("wrong", ['"1.2"', '"newest"', '">=x"', '""', "1.2", "true"])
def test_what_names_no_versions_is_refused_whatever_the_command_s_version(wrong: str) -> None:
    with pytest.raises(UsageError, match="line 1: required-version"):
        parse(f"required-version = {wrong}\n{RELEASE_TOML}", running("1.2"))
    with pytest.raises(UsageError, match="line 1: required-version"):
        parse(f"required-version = {wrong}\n{RELEASE_TOML}")


def test_the_command_s_version_is_not_asked_where_nothing_is_required() -> None:
    def never() -> str:
        raise AssertionError("it costs a process in a checkout")

    assert parse(RELEASE_TOML, never).project == "app"


def test_a_file_from_history_asks_for_nothing() -> None:
    """faults.md, 68: on the way back nobody can install the command of last year."""
    then = parse_history(asks("<1"))
    assert (then.project, then.notes) == ("app", ())
