"""The callers that a team gets: valid, pinned, and granting exactly what the called workflows need."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adoption.workflowfiles import CALLED, callers
from release.errors import UsageError
from tests.support.files import ROOT
from workflowlint import permissions, workflow
from workflowlint.permissions import LEVELS
from workflowlint.workflow import Workflow

HOME = "acme/lambda-image-release"
COMMIT = "0123456789abcdef" * 2 + "01234567"
FILES = workflow.load_all(ROOT)


def written(**given: str) -> dict[str, Workflow]:
    texts = callers(HOME, COMMIT, "v1.2.0", ["staging", "production"], **given)
    return {Path(path).name: workflow.parse(Path(path), text) for path, text in texts.items()}


def needed(called: Workflow) -> dict[str, str]:
    """The most that any job of ``called`` asks for, those of the workflows that it calls included."""
    most: dict[str, str] = {}
    for job in called.jobs.values():
        asked = dict(permissions.effective(called, job))
        for scope, level in (asked | (needed(FILES[Path(job.uses).name]) if job.uses else {})).items():
            most[scope] = max(level, most.get(scope, "none"), key=LEVELS.index)
    return {scope: level for scope, level in most.items() if level != "none"}


@pytest.mark.parametrize("name", CALLED)
def test_caller_grants_exactly_what_the_called_workflow_needs(name: str) -> None:
    (job,) = written()[name].jobs.values()
    assert job.permissions == needed(FILES[name])


@pytest.mark.parametrize("name", CALLED)
def test_caller_starts_on_what_the_called_workflow_starts_on_here(name: str) -> None:
    ours = {event: filters for event, filters in FILES[name].on.items() if event != "workflow_call"}
    assert written()[name].on == ours


@pytest.mark.parametrize("name", CALLED)
def test_caller_names_one_commit_and_its_version_and_no_other_action(name: str) -> None:
    caller = written()[name]
    (job,) = caller.jobs.values()
    assert job.uses == f"{HOME}/.github/workflows/{name}@{COMMIT}"
    assert f"@{COMMIT} # v1.2.0\n" in caller.text
    assert caller.text.count("uses:") == 1
    assert caller.permissions == {}


def test_the_form_of_a_rollback_is_handed_on_whole() -> None:
    caller = written()["rollback.yml"]
    (job,) = caller.jobs.values()
    assert set(job.with_) == set(caller.on["workflow_dispatch"]["inputs"])
    assert all(value == f"${{{{ inputs.{name} }}}}" for name, value in job.with_.items())


def test_branch_tags_schedule_and_environments_are_the_teams_own() -> None:
    files = written(branch="trunk", tags="app-v*", schedule="5 6 * * 1-5")
    assert files["check.yml"].on["pull_request"] == {"branches": ["trunk"]}
    assert files["release.yml"].on["push"] == {"branches": ["trunk"]}
    assert files["production.yml"].on["push"] == {"tags": ["app-v*"]}
    assert files["watch.yml"].on["schedule"] == {"cron": ["5 6 * * 1-5"]}
    assert files["rollback.yml"].on["workflow_dispatch"]["inputs"]["environment"]["options"] == [
        "staging",
        "production",
    ]


@pytest.mark.parametrize(
    ("branch", "pattern"), [("on", "on"), ("1.4", "1.4"), ("release+next", r"release\+next"), ("no: b", "no: b")]
)
def test_branch_name_stays_a_text_and_matches_itself_alone(branch: str, pattern: str) -> None:
    assert written(branch=branch)["release.yml"].on["push"] == {"branches": [pattern]}


def test_tags_without_a_prefix_stay_a_text() -> None:
    assert written(tags="[0-9]*")["production.yml"].on["push"] == {"tags": ["[0-9]*"]}


@pytest.mark.parametrize(
    ("home", "commit", "version", "schedule"),
    [
        ("acme", COMMIT, "v1", "1 2 * * *"),
        ("acme/x y", COMMIT, "v1", "1 2 * * *"),
        (HOME, "main", "v1", "1 2 * * *"),
        (HOME, COMMIT[:12], "v1", "1 2 * * *"),
        (HOME, COMMIT, "v1\n  evil: 1", "1 2 * * *"),
        (HOME, COMMIT, "v1", "@daily"),
        (HOME, COMMIT, "v1", '1 2 * * *"\n'),
    ],
)
def test_what_is_no_pin_and_no_schedule_is_refused(home: str, commit: str, version: str, schedule: str) -> None:
    with pytest.raises(UsageError, match="the workflows cannot be written"):
        callers(home, commit, version, ["staging"], schedule=schedule)
