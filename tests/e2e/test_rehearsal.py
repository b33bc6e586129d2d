"""The whole rehearsal, and what is true of what it leaves running."""

from __future__ import annotations

import json

import pytest

from tests.rehearsed import Rehearsed

pytestmark = pytest.mark.rehearsal


def test_every_step_of_the_rehearsal_ran_and_held(rehearsal: Rehearsed) -> None:
    results = {step["step"]: step["result"] for step in rehearsal.steps}
    candidate = _version(rehearsal, "staging")
    assert candidate.startswith("0.2.0-rc.")
    assert results["a pull request"] == "may be merged"
    assert results["0.1.0 to production"] == "production runs 0.1.0"
    assert results["the same events again change nothing"] == "nothing changed"
    assert results["0.2.0 to staging"] == f"staging runs {candidate}"
    assert results["0.2.0 to production"] == "production runs 0.2.0"
    assert results["a health check that fails"] == f"staging put {candidate} back by itself"
    assert results["a vulnerable package in a pull request"].startswith("blocked: PyJWT 2.8.0")
    assert results["what GitHub or a gate must refuse"] == "three refusals, nothing changed"
    assert results["production is rolled back"] == "production runs 0.1.0"


def test_no_step_of_a_workflow_that_ran_is_left_unnamed(rehearsal: Rehearsed) -> None:
    ways = {(step["workflow"], step["how"]) for step in rehearsal.workflow_steps}
    # rollback.yml has no step of its own: it calls deploy.yml
    assert {workflow for workflow, _ in ways} == {"check.yml", "release.yml", "production.yml", "deploy.yml"}
    assert {how for _, how in ways} == {"for real", "stand-in", "not run"}
    real = {
        step["step"] for step in rehearsal.workflow_steps if step["how"] == "for real" and step["result"] == "success"
    }
    assert {"Build", "Scan", "Check the tag", "Deploy, prove, record; or put back"} <= real


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
        (("deploy", "production", "--version", "0.2.1-rc.1"), 5, "never proven in staging"),
        (("rollback", "production", "--to", "0.2.1-rc.1"), 5, "was never deployed to production"),
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
    assert (plan["action"], plan["version"], plan["number"], plan["put_back"]) == ("deploy", first, 3, second)
    assert json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"] == history


def test_a_release_and_its_candidate_are_names_of_one_digest(rehearsal: Rehearsed) -> None:
    """design.md, rule 1: what production ran was built once and ran in staging first."""
    staging = json.loads(rehearsal.release("history", "staging", "--json").stdout)["deployments"]
    production = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"]
    assert [e["digests"] for e in reversed(staging)] == [e["digests"] for e in list(reversed(production))[:2]]
    assert {e["commit"] for e in production} == {e["commit"] for e in staging}
