"""The whole rehearsal, and what is true of what it leaves running."""

from __future__ import annotations

import json
import re

import pytest

from tests.rehearsed import REPOSITORY, Rehearsed

pytestmark = pytest.mark.rehearsal


def test_every_step_of_the_rehearsal_ran_and_held(rehearsal: Rehearsed) -> None:
    results = {step["step"]: step["result"] for step in rehearsal.steps}
    candidate = _version(rehearsal, "staging")
    assert candidate == "0.2.1-rc.2"
    assert results["a pull request"] == "may be merged"
    assert results["0.1.0 to production"] == "production runs 0.1.0"
    assert results["the same tag again changes nothing"] == "nothing changed"
    assert results["0.2.0 to staging"] == "staging runs 0.2.0-rc.2"
    assert results["0.2.0 to production"] == "production runs 0.2.0"
    assert results["a health check that fails"] == f"staging put {candidate} back by itself"
    assert results["its revert"] == "nothing to release"
    assert results["a vulnerable package in a pull request"].startswith("blocked: PyJWT 2.8.0")
    assert results["what GitHub, AWS or a gate must refuse"] == "four refusals, nothing changed"
    assert results["two merges during a deployment"] == f"both ended well, staging runs {candidate}"
    assert results["a setting that only production has"] == "production put 0.2.0 back by itself"
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
    assert {"Build", "Scan", "Check the tag", "Deploy, prove, record; or put back", "Scan what is live"} <= real


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
    assert "- left as it was: production runs v0.2.0 again, proven; the ledger has no new entry" in deployed
    assert "fix: name the issuer of production's tokens" in deployed


def _version(rehearsal: Rehearsed, environment: str) -> str:
    found = json.loads(rehearsal.release("status", environment, "--json").stdout)
    return str(found["environments"][environment]["version"])


def test_production_history_lists_three_deployments_and_one_digest_of_the_unchanged_image(rehearsal: Rehearsed) -> None:
    deployments = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"]
    assert [entry["version"] for entry in reversed(deployments)] == ["0.1.0", "0.2.0", "0.1.0"]
    assert [entry["number"] for entry in reversed(deployments)] == [1, 2, 3]
    assert len({entry["digests"]["export"] for entry in deployments}) == 1
    assert len({entry["digests"]["report"] for entry in deployments}) == 2


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
        (("deploy", "staging", "--version", "9.9.9"), 5, "v9.9.9 is not in the registry"),
        (("deploy", "staging", "--version", "0.1"), 2, "is not a version"),
        (("deploy", "staging", "--version", "0.1.0"), 6, "release rollback staging --to 0.1.0"),
        (("deploy", "production", "--version", "0.2.2-rc.1"), 5, "never proven in staging"),
        (("rollback", "production", "--to", "0.2.2-rc.1"), 5, "was never deployed to production"),
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
    first, second = history[-1]["version"], history[0]["version"]
    plan = json.loads(rehearsal.release("rollback", "staging", "--to", first, "--dry-run", "--json").stdout)
    assert (plan["action"], plan["version"], plan["put_back"]) == ("deploy", first, second)
    assert plan["number"] == len(history) + 1
    assert json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"] == history


def test_a_release_and_its_candidate_are_names_of_one_digest(rehearsal: Rehearsed) -> None:
    """docs/architecture.md, rule 1: what production ran was built once and ran in staging first."""
    staging = json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"]
    production = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"]
    proven = {entry["commit"]: entry["digests"] for entry in staging}
    assert [proven[entry["commit"]] for entry in production] == [entry["digests"] for entry in production]
