"""The whole rehearsal, and what is true of what it leaves running."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.rehearsed import REPOSITORY, Rehearsed

pytestmark = pytest.mark.rehearsal


def test_every_step_of_the_rehearsal_ran_and_held(rehearsal: Rehearsed) -> None:
    results = {step["step"]: step["result"] for step in rehearsal.steps}
    candidate = _version(rehearsal, "staging")
    assert candidate == "0.2.1-rc.2"
    assert results["a pull request"] == "may be merged"
    assert results["0.1.0 to production"] == "production: 0.1.0, smoke tests passed"
    assert results["the same tag again changes nothing"] == "nothing changed"
    assert results["0.2.0 to staging"] == "staging: 0.2.0-rc.2, smoke tests passed"
    assert results["0.2.0 to production"] == "production: 0.2.0, smoke tests passed"
    assert results["a mistake that staging finds"] == f"staging put {candidate} back by itself"
    assert results["its revert"] == "nothing to release"
    assert results["a vulnerable package in a pull request"].startswith("blocked: pip: raise PyJWT to 2.13.0")
    assert results["an image that does not start, in a pull request"].startswith("refused")
    assert results["what GitHub, AWS or a gate must refuse"] == "four refusals, nothing changed"
    assert results["two merges during a deployment"] == f"both ended well, staging runs {candidate}"
    assert results["a mistake that only production has"] == "production put 0.2.0 back by itself"
    assert results["production is rolled back"] == "production runs 0.1.0"
    assert results["the daily look at what is live"] == "an issue for an advisory of tomorrow; closed again"


def test_no_step_of_any_workflow_is_left_unnamed(rehearsal: Rehearsed) -> None:
    ways = {(step["workflow"], step["how"]) for step in rehearsal.workflow_steps}
    # rollback.yml has no step of its own: it calls deploy.yml
    files = {path.name for path in (REPOSITORY / ".github" / "workflows").iterdir()}
    assert {workflow for workflow, _ in ways} == files - {"rollback.yml"}
    assert {how for _, how in ways} == {"for real", "stand-in", "not run"}
    real = {
        step["step"] for step in rehearsal.workflow_steps if step["how"] == "for real" and step["result"] == "success"
    }
    named = {"Build", "Start", "Scan", "Check the tag", "Deploy, prove, record; or put back", "Scan what is live"}
    assert named <= real


def test_the_job_summary_of_a_deployment_says_all_that_people_look_at(rehearsal: Rehearsed) -> None:
    text = rehearsal.summary("production", 2)
    api = json.loads(rehearsal.release("status", "production", "--json").stdout)["environments"]["production"]["api"]
    assert "| release | v0.2.0, commit `" in text
    assert "| environment | production: v0.1.0 → v0.2.0 |" in text
    assert "| smoke tests | 3 of 3 passed: export answers as the version just deployed;" in text
    assert re.search(r"\| scan \| export pass \(0 of \d+ findings block, advisories of .* UTC\); report pass", text)
    assert f"| API | <{api}> |" in text
    assert "[Actions → rollback](https://github.com/owner/member-reporting/actions/workflows/rollback.yml)" in text
    assert "environment `production`, version `0.1.0`" in text
    assert re.search(r"\| export \| `[0-9a-f]{12}` \| `[0-9a-f]{12}` \| [\d.]+ MB \| same image \|", text)
    assert re.search(r"\| report \| `[0-9a-f]{12}` \| `[0-9a-f]{12}` \| [\d.]+ MB \| [+-][\d.]+ [kM]?B", text)
    assert "feat(report): mark the second edition" in text


def test_the_job_summary_of_a_deployment_that_failed_begins_with_what_became_of_it(rehearsal: Rehearsed) -> None:
    text = rehearsal.summary("production")
    deployed = text[text.index("### Failed, and put back") :]
    assert "v0.2.1 failed in production: smoke test 'export answers as the version just deployed' failed" in deployed
    assert "- left as it was: production runs v0.2.0 again, proven" in deployed
    assert "fix: name the issuer of production's tokens" in deployed


def _version(rehearsal: Rehearsed, environment: str) -> str:
    found = json.loads(rehearsal.release("status", environment, "--json").stdout)
    return str(found["environments"][environment]["version"])


def test_production_history_tells_every_deployment_with_who_and_how_it_ended(rehearsal: Rehearsed) -> None:
    deployments = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"]
    told = [(entry["number"], entry["version"], entry["action"], entry["result"]) for entry in reversed(deployments)]
    assert told == [
        (1, "0.1.0", "deploy", "proven"),
        (2, "0.2.0", "deploy", "proven"),
        (3, "0.2.1", "deploy", "put-back"),
        (4, "0.1.0", "rollback", "proven"),
    ]
    assert deployments[0]["reason"] == "rehearsed"
    assert all(entry["who"] and entry["run"] and entry["seconds"] for entry in deployments)
    proven = [entry for entry in deployments if entry["result"] == "proven"]
    assert len({entry["digests"]["export"] for entry in proven}) == 1
    assert len({entry["digests"]["report"] for entry in proven}) == 2
    assert {name for entry in proven for name in entry["functions"]} == {"ExportFunction", "ReportFunction"}


def test_the_way_back_needs_no_git(rehearsal: Rehearsed, tmp_path: Path) -> None:
    """faults.md, 62: release.toml alone; the release brings template, settings and smoke tests along."""
    (tmp_path / "release.toml").write_bytes((rehearsal.folder / "release.toml").read_bytes())
    done = rehearsal.release("-C", str(tmp_path), "rollback", "production", "--to", "0.2.0", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == "0.2.0"


def test_status_finds_ledger_and_stacks_in_agreement(rehearsal: Rehearsed) -> None:
    environments = json.loads(rehearsal.release("status", "--json").stdout)["environments"]
    assert {name: facts["problem"] for name, facts in environments.items()} == {"staging": None, "production": None}
    assert environments["production"]["version"] == "0.1.0"


def test_smoke_passes_against_what_is_live(rehearsal: Rehearsed) -> None:
    done = rehearsal.release("smoke", "staging", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["tests"]) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("deploy", "testing", "--version", "0.1.0"), 5, "there is no environment 'testing'"),
        (("deploy", "staging", "--version", "9.9.9"), 5, "v9.9.9 is not in member-reporting/releases"),
        (("deploy", "staging", "--version", "0.1"), 2, "is not a version"),
        (("deploy", "staging", "--version", "0.1.0"), 6, "release rollback staging --to 0.1.0"),
        (("deploy", "production", "--version", "0.2.2-rc.1"), 5, "never proven in staging"),
        (("rollback", "production", "--to", "0.2.2-rc.1"), 5, "was never proven in production"),
        (("promote", "v9.9.9"), 5, "there is no tag v9.9.9"),
        (("check-tag", "v0.2"), 2, "v0.2"),
        (("rollback", "production"), 5, "no deployment before"),
    ],
)
def test_a_refusal_names_its_remedy_and_changes_nothing(
    rehearsal: Rehearsed, arguments: tuple[str, ...], code: int, words: str
) -> None:
    before = rehearsal.release("status", "--json").stdout
    done = rehearsal.release(*arguments)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert rehearsal.release("status", "--json").stdout == before


def test_a_dry_run_of_a_rollback_plans_and_changes_nothing(rehearsal: Rehearsed) -> None:
    history = json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"]
    proven = [entry["version"] for entry in history if entry["result"] == "proven"]
    first, live = proven[-1], proven[0]
    plan = json.loads(rehearsal.release("rollback", "staging", "--to", first, "--dry-run", "--json").stdout)
    assert (plan["action"], plan["version"], plan["put_back"]) == ("deploy", first, live)
    assert plan["number"] == len(history) + 1
    assert json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"] == history


def test_a_release_and_its_candidate_are_names_of_one_record(rehearsal: Rehearsed) -> None:
    """docs/architecture.md, rule 1: what production ran was built once and ran in staging first, as that release."""
    staging = json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"]
    production = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"]
    proven = {entry["release"] for entry in staging if entry["result"] == "proven"}
    assert {entry["release"] for entry in production} <= proven
