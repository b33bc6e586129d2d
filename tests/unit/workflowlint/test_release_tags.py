"""The filter of release tags follows the prefix that release.toml names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rehearsal.github.triggers import matches
from release.errors import UsageError
from release.versions.tags import tag_filter
from tests.support.files import ROOT
from tests.support.workflows import by_name, parse
from workflowlint.linters import own, release_tags
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
    violations = list(rights.tag_filters(workflows, wanted))
    assert len(violations) == found
    said = "is not '[0-9]*', as release.toml names release tags: tags: ['[0-9]*']"
    assert all(said in each.message for each in violations)


@pytest.mark.parametrize("prefix", ["v", "", "app-v", "@scope/pkg@", "c++-", "it's-"])
def test_the_line_that_is_told_is_what_the_rule_asks_for(prefix: str) -> None:
    wanted = tag_filter(prefix)
    (violation,) = rights.tag_filters(by_name(parse("on: {push: {tags: ['other*']}}")), wanted)
    line = violation.message.partition("release tags: ")[2]
    assert not list(rights.tag_filters(by_name(parse(f"on: {{push: {{{line}}}}}")), wanted))


def test_linters_refuse_the_real_workflows_when_release_toml_names_another_prefix(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    (tmp_path / "release.toml").write_text('[versions]\ntag-prefix = "app-v"\n')
    found = [each for each in own([tmp_path]) if "tags: ['app-v*']" in each.message]
    assert [each.file for each in found] == ["production.yml"]
    file = tmp_path / ".github/workflows/production.yml"
    file.write_text(file.read_text().replace('tags: ["v*"]', "tags: ['app-v*']"))
    assert not [each for each in own([tmp_path]) if "on.push" in each.message]
