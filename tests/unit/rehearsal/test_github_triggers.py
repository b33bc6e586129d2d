from __future__ import annotations

import pytest

from rehearsal.github import triggers
from rehearsal.github.triggers import Event
from tests.support.workflows import SHA, by_name, parse, pull_request, push
from workflowlint.workflow import Refused


@pytest.mark.parametrize(
    ("patterns", "name", "passes"),
    [
        (["main"], "main", True),
        (["main"], "mainline", False),
        (["release/*"], "release/1.x", True),
        (["release/*"], "release/1.x/hotfix", False),
        (["release/**"], "release/1.x/hotfix", True),
        (["v[12].[0-9]+.[0-9]+"], "v1.10.3", True),
        (["v[12].[0-9]+.[0-9]+"], "v3.0.0", False),
        (["v*"], "v1.4.0-rc.7", True),
        (["colou?r"], "color", True),
        (["**"], "a/b", True),
        (["**", "!v*"], "v1", False),
        (["**", "!v*", "v2"], "v2", True),
        (["!v*"], "main", False),
        (["a.b"], "axb", False),
        (["**.md"], "docs/setup.md", True),
        (["docs/**/x"], "docs/x", True),
        ([r"\*"], "*", True),
    ],
)
def test_filter_pattern_matches_as_githubs_cheat_sheet_says(patterns: list[str], name: str, passes: bool) -> None:
    assert triggers.matches(patterns, name) is passes


def test_pattern_that_is_no_pattern_is_refused() -> None:
    with pytest.raises(Refused, match="not valid"):
        triggers.matches(["+main"], "main")


@pytest.mark.parametrize(
    ("on", "event", "starts"),
    [
        ("on: push", push("refs/heads/x"), True),
        ("on: [push, pull_request]", push("refs/tags/v1"), True),
        ("on: {push: {branches: [main]}}", push("refs/heads/main"), True),
        ("on: {push: {branches: [main]}}", push("refs/heads/x"), False),
        ("on: {push: {branches: [main]}}", push("refs/tags/v1"), False),
        ("on: {push: {tags: ['v*']}}", push("refs/heads/main"), False),
        ("on: {push: {tags: ['v*']}}", push("refs/tags/v1.0.0"), True),
        ("on: {push: {branches-ignore: [dev]}}", push("refs/heads/main"), True),
        ("on: {push: {branches-ignore: [dev]}}", push("refs/heads/dev"), False),
        ("on: {push: {paths: ['function/**']}}", push("refs/heads/main", "README.md"), False),
        ("on: {push: {paths: ['function/**']}}", push("refs/heads/main", "function/a.py"), True),
        ("on: {push: {paths: ['function/**']}}", push("refs/tags/v1", "README.md"), True),
        ("on: {push: {paths-ignore: ['**.md']}}", push("refs/heads/main", "a.md", "docs/b.md"), False),
        ("on: {push: {paths-ignore: ['**.md']}}", push("refs/heads/main", "a.md", "b.py"), True),
        ("on: pull_request", push("refs/heads/main"), False),
        ("on: {pull_request: {branches: [main]}}", pull_request(), True),
        ("on: {pull_request: {branches: [main]}}", pull_request("dev"), False),
        ("on: pull_request", pull_request("main", "labeled"), False),
        ("on: {pull_request: {types: [labeled]}}", pull_request("main", "labeled"), True),
        ("on: {schedule: [{cron: '1 2 * * *'}]}", Event("schedule", "refs/heads/main", SHA, {}), True),
    ],
)
def test_event_starts_a_workflow_only_through_its_filters(on: str, event: Event, starts: bool) -> None:
    assert triggers.starts(parse(on), event) is starts


def test_dispatch_of_a_workflow_without_that_trigger_is_refused() -> None:
    event = Event("workflow_dispatch", "refs/heads/main", SHA, {}, workflow="some.yml")
    with pytest.raises(Refused, match="no workflow_dispatch trigger"):
        triggers.started(by_name(parse("on: push")), event)
    with pytest.raises(Refused, match="no workflow_dispatch trigger"):
        triggers.started({}, event)


def test_dispatch_starts_only_the_workflow_that_is_meant() -> None:
    first, second = parse("on: workflow_dispatch", "a.yml"), parse("on: workflow_dispatch", "b.yml")
    event = Event("workflow_dispatch", "refs/heads/main", SHA, {}, workflow="b.yml")
    assert triggers.started(by_name(first, second), event) == [second]


@pytest.mark.parametrize("text", ["on: push\njobs: 1", "jobs: {}", "on: [push", "just words"])
def test_file_that_is_no_workflow_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no workflow"):
        parse(text)
