"""The filter of release tags follows the prefix that release.toml names."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.github.triggers import matches
from release.errors import UsageError
from release.versions.tags import tag_filter
from tests.support.workflows import by_name, parse
from workflowlint.linters import release_tags
from workflowlint.rules import rights


@pytest.mark.parametrize("prefix", ["v", "", "app-v", "pkg/v", "@scope/pkg@", "c++-", "a!b", "a]b"])
def test_filter_lets_release_tags_of_its_prefix_through_and_no_others(prefix: str) -> None:
    pattern = tag_filter(prefix)
    assert matches([pattern], f"{prefix}1.4.0")
    assert not matches([pattern], "nightly")
    assert not matches([pattern], f"x{prefix}1.4.0")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (None, "v*"),
        ("", "v*"),
        ('[versions]\ntag-prefix = ""\n', "[0-9]*"),
        ('[versions]\ntag-prefix = "app-v"\n', "app-v*"),
        ('[project]\nname = "x"\n[versions]\ntag-prefix = "app-v"\n', "app-v*"),
    ],
)
def test_linters_read_the_prefix_from_release_toml(tmp_path: Path, text: str | None, pattern: str) -> None:
    if text is not None:
        (tmp_path / "release.toml").write_text(text)
    assert release_tags(tmp_path) == pattern


def test_prefix_that_is_wrong_is_refused_and_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "release.toml").write_text('[versions]\ntag-prefix = "-v"\n')
    with pytest.raises(UsageError, match="tag-prefix"):
        release_tags(tmp_path)


@pytest.mark.parametrize(
    ("written", "wanted", "found"), [("v*", "v*", 0), ("v*", "[0-9]*", 1), ("[0-9]*", "[0-9]*", 0)]
)
def test_filter_that_differs_from_release_toml_is_a_violation(written: str, wanted: str, found: int) -> None:
    workflows = by_name(parse(f"on: {{push: {{tags: ['{written}']}}}}"))
    violations = list(rights.triggers(workflows, wanted))
    assert len(violations) == found
    assert all("is not '[0-9]*', the tags whose prefix release.toml names" in each.message for each in violations)
