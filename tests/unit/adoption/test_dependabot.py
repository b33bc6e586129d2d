"""Dependabot's file gets entries for workflows and Dockerfiles; every line of its own stays."""

from __future__ import annotations

import pytest
import yaml

from release.adoption.dependabot import completed, wanted
from release.errors import UsageError

WANTED = wanted(["lambdas/a/Dockerfile", "lambdas/b/Dockerfile", "lambdas/a/Dockerfile.arm"])
THEIRS = """\
# ours
version: 2
updates:
    - package-ecosystem: "pip"      # python
      directory: "/"
      schedule: {interval: daily}
    # the end of the list
"""


def entries(text: str) -> list[tuple[str, list[str]]]:
    return [
        (each["package-ecosystem"], each.get("directories") or [each["directory"]])
        for each in yaml.safe_load(text)["updates"]
    ]


OURS = [("github-actions", ["/"]), ("docker", ["/lambdas/a", "/lambdas/b"])]


def test_a_new_file_has_one_entry_for_workflows_and_one_for_dockerfiles() -> None:
    assert entries(completed(None, WANTED)) == OURS
    assert yaml.safe_load(completed(None, WANTED))["version"] == 2


def test_a_file_that_is_there_keeps_its_lines_and_gets_what_it_lacks() -> None:
    text = completed(THEIRS, WANTED)
    assert [line for line in text.splitlines() if line in THEIRS.splitlines()] == THEIRS.splitlines()
    assert entries(text) == [("pip", ["/"]), *OURS]
    assert completed(text, WANTED) == text


def test_folders_that_an_entry_covers_are_left_out() -> None:
    text = (
        THEIRS + '    - package-ecosystem: docker\n      directory: "/lambdas/a"\n      schedule: {interval: daily}\n'
    )
    assert entries(completed(text, WANTED))[-2:] == [("github-actions", ["/"]), ("docker", ["/lambdas/b"])]


@pytest.mark.parametrize("pattern", ["/lambdas/*", "**/*", "/lambdas/**"])
def test_a_pattern_of_theirs_covers_what_it_matches(pattern: str) -> None:
    text = (
        f'version: 2\nupdates:\n- package-ecosystem: docker\n  directories: ["{pattern}"]\n'
        "- package-ecosystem: github-actions\n  directory: /\n"
    )
    assert completed(text, WANTED) == text


@pytest.mark.parametrize(
    "text", ["version: 2\n", "version: 2\nupdates:\n", "version: 2\nupdates:", "# only a comment\nversion: 2"]
)
def test_a_file_without_entries_gets_ours(text: str) -> None:
    found = completed(text, WANTED)
    assert found.startswith(text.rstrip())
    assert entries(found) == OURS


def test_windows_line_ends_stay() -> None:
    text = completed(THEIRS.replace("\n", "\r\n"), WANTED)
    assert text.count("\n") == text.count("\r\n")
    assert entries(text) == [("pip", ["/"]), *OURS]


@pytest.mark.parametrize(
    "text", ["version: 1\nupdates: []\n", "version: 2\nupdates: []\n", "a: [", "version: 2\nupdates: {a: 1}\n"]
)
def test_a_file_that_takes_no_lines_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match=r"^\.github/dependabot\.yml cannot be completed") as refused:
        completed(text, WANTED)
    assert refused.value.untouched == "everything"


def test_a_dockerfile_at_the_top_is_the_folder_of_the_repository() -> None:
    assert wanted(["Dockerfile"])[1].folders == ("/",)
