"""Whose a workflow file is: what the story starts, and what of a team's own it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.github.sources import WorkflowSource, WorkflowSources
from rehearsal.story import ourworkflows
from release.adoption import generated, workflowfiles
from release.errors import UsageError
from workflowlint import workflow
from workflowlint.workflow import Workflow

COMMIT = "c" * 40
SETUP = "steps: [{uses: $/.github/actions/setup}, {run: release plan}]"
CALLS = "name: {name}\non: push\njobs:\n  one:\n    uses: {home}/.github/workflows/{file}@{ref}\n"


def written(tmp_path: Path, **texts: str) -> dict[str, Workflow]:
    folder = tmp_path / workflow.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yml").write_text(text)
    return workflow.load_all(tmp_path)


def sources(tmp_path: Path, flows: dict[str, Workflow]) -> WorkflowSources:
    called = written(tmp_path / "home", release=f"on: workflow_call\njobs: {{one: {{runs-on: x, {SETUP}}}}}\n")
    return WorkflowSources(
        WorkflowSource("team/app", COMMIT, "refs/heads/main", tmp_path, flows),
        lambda slug, sha: WorkflowSource(slug, sha, sha, tmp_path / "home", called),
    )


def caller(home: str, branch: str = "main") -> str:
    texts = workflowfiles.callers(home, COMMIT, "v1", ["staging", "production"], branch=branch)
    return generated.headed(texts[".github/workflows/release.yml"])


@pytest.mark.parametrize(
    ("home", "file", "ref"),
    [
        ("acme/ci", "lint.yml", "v3"),
        ("acme/ci", "lint.yml", COMMIT),
        ("acme/ci", "release.yml", "v3"),
        ("acme/ci", "release.yml", COMMIT),
    ],
)
def test_a_workflow_of_the_teams_that_calls_somebody_elses_is_none_of_the_storys(
    home: str, file: str, ref: str, tmp_path: Path
) -> None:
    team = CALLS.format(name="lint", home=home, file=file, ref=ref)
    flows = written(tmp_path, lint=team, release=caller("owner/lambda-image-release"))
    every = sources(tmp_path, flows)
    assert [name for name, flow in flows.items() if every.releases(flow, every.own)] == ["release.yml"]


def test_where_init_wrote_nothing_a_caller_by_hand_releases(tmp_path: Path) -> None:
    text = CALLS.format(name="release", home="owner/lambda-image-release", file="release.yml", ref=COMMIT)
    flows = written(tmp_path, release=text)
    every = sources(tmp_path, flows)
    assert every.releases(flows["release.yml"], every.own)


def test_a_workflow_of_ours_is_found_under_the_name_that_init_gave_it(tmp_path: Path) -> None:
    texts = workflowfiles.callers("owner/lambda-image-release", COMMIT, "v1", ["staging", "production"])
    taken = {".github/workflows/check.yml": "name: check\non: push\njobs: {}\n"}
    for each in generated.compared(texts, taken):
        path = tmp_path / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.after)
    (tmp_path / ".github/workflows/check.yml").write_text(taken[".github/workflows/check.yml"])
    found = ourworkflows.files(tmp_path)
    assert (found["check.yml"], found["rollback.yml"]) == ("image-check.yml", "rollback.yml")
    ourworkflows.check(tmp_path)


def test_a_workflow_of_ours_that_is_not_there_is_named_with_init(tmp_path: Path) -> None:
    written(tmp_path, check="on: pull_request\njobs: {}\n")
    with pytest.raises(UsageError, match=r"has no \.github/workflows/release\.yml") as refusal:
        ourworkflows.check(tmp_path)
    assert "release init" in refusal.value.next_step


def test_a_workflow_of_ours_that_github_would_not_start_is_refused_before_the_start(tmp_path: Path) -> None:
    written(tmp_path, **{Path(name).stem: "on: push\njobs: {}\n" for name in workflowfiles.CALLED})
    (tmp_path / workflow.FOLDER / "watch.yml").write_text("on: [\n")
    with pytest.raises(UsageError, match=r"watch\.yml is no workflow") as refusal:
        ourworkflows.check(tmp_path)
    assert (refusal.value.untouched, "release upgrade" in refusal.value.next_step) == (
        "everything; nothing was started",
        True,
    )
