"""A release.toml that only says how versions are named, and the prefix itself."""

from __future__ import annotations

import pytest

from release.errors import MachineError, UsageError
from release.settings.alone import versions_alone
from release.versions.settings import VersionSettings


@pytest.mark.parametrize("prefix", ["v", "", "app-v", "pkg/v", "@scope/pkg@", "release_", "é"])
def test_prefix_can_be_all_that_the_file_holds(prefix: str) -> None:
    """faults.md, 66"""
    assert versions_alone(f'[versions]\ntag-prefix = "{prefix}"\n') == VersionSettings(tag_prefix=prefix)


@pytest.mark.parametrize(
    "prefix", ["-v", "/v", ".v", "a..b", "a//b", "a/.b", "a b", "v*", "a~", "a:b", "a\\\\b", "a@{", " "]
)
def test_prefix_that_no_tag_can_have_is_refused_with_its_line(prefix: str) -> None:
    with pytest.raises(UsageError, match=r"release\.toml, line 2: versions\.tag-prefix must"):
        versions_alone(f'[versions]\ntag-prefix = "{prefix}"\n')


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", '[versions]\n[project]\nname = "x"\n', 'required-version = ">=1"\n']
)
def test_file_that_holds_more_or_nothing_is_no_such_file(text: str) -> None:
    assert versions_alone(text) is None


def test_misspelt_key_is_refused() -> None:
    with pytest.raises(UsageError, match=r"line 2: versions\.tag_prefix is not a key that is known here"):
        versions_alone('[versions]\ntag_prefix = "v"\n')
    with pytest.raises(UsageError, match="not valid TOML"):
        versions_alone("[versions\n")


def test_command_that_is_older_than_the_file_allows_refuses() -> None:
    text = 'required-version = ">=2"\n[versions]\ntag-prefix = "v"\n'
    with pytest.raises(MachineError, match="asks for"):
        versions_alone(text, lambda: "1.0.0")
    assert versions_alone(text, lambda: "2.1.0") == VersionSettings(tag_prefix="v")
