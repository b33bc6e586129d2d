"""What is done to an environment, decided from what was observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.deployplan import Action, Observed, decide_deployment
from release.deployments.model import Deployment, LiveFunction, Stack
from release.errors import ConflictError
from release.releases.model import Release

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
RELEASE = Release("1.1.0", "b" * 40, {"export": NEW})
BEFORE = Deployment("production", 1, "1.0.0", {"export": OLD})
THIS = Deployment("production", 2, "1.1.0", {"export": NEW})


def stack(version: str = "1.1.0", commit: str = "b" * 40, status: str = "UPDATE_COMPLETE") -> Stack:
    """A stack that says what it runs."""
    return Stack("app", status, {"ReleaseVersion": version, "GitSha": commit}, {}, "eu-west-1")


def function(digest: str = NEW, state: str = "Active", update: str = "Successful") -> LiveFunction:
    """A function behind its alias."""
    return LiveFunction("app-export", "1", digest, state, update)


SERVING = Observed("production", (BEFORE, THIS), {}, stack(), {"export": function()}, "same")
RUNS_OLD = Observed("production", (BEFORE,), {}, stack("1.0.0", "a" * 40), {"export": function(OLD)}, "newer")


def test_what_is_live_and_recorded_needs_nothing() -> None:
    assert decide_deployment(SERVING, RELEASE, goes_back=False).action is Action.NOTHING


def test_what_is_live_but_not_recorded_is_proven_and_recorded() -> None:
    """faults.md, 17: a crash between deploy and ledger."""
    plan = decide_deployment(replace(SERVING, entries=(BEFORE,)), RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back) == (Action.PROVE, 2, BEFORE)


def test_what_is_not_live_is_deployed_and_the_newest_entry_goes_back_in_if_it_fails() -> None:
    plan = decide_deployment(RUNS_OLD, RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back) == (Action.DEPLOY, 2, BEFORE)
    assert plan.why == "production: v1.0.0 -> v1.1.0"


def test_the_first_deployment_has_nothing_to_go_back_to() -> None:
    plan = decide_deployment(Observed("production", (), {}, None, {"export": None}, "newer"), RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back, plan.again) == (Action.DEPLOY, 1, None, False)


DRIFTED = {
    "another digest": replace(SERVING, live={"export": function(OLD)}),
    "no function": replace(SERVING, live={"export": None}),
    "no stack": replace(SERVING, stack=None),
    "another commit": replace(SERVING, stack=stack(commit="c" * 40)),
    "failed function": replace(SERVING, live={"export": function(state="Failed")}),
    "another version": replace(SERVING, versions={"app-export": "2"}),
    "a share for another version": replace(SERVING, live={"export": replace(function(), weights={"7": 0.1})}),
}


@pytest.mark.parametrize("drift", DRIFTED)
def test_a_recorded_release_that_is_not_what_is_live_is_deployed_again_and_nothing_older_goes_back_in(
    drift: str,
) -> None:
    """faults.md, 59. What was proven last is no worse for having drifted: falling further back is a person's choice."""
    plan = decide_deployment(DRIFTED[drift], RELEASE, goes_back=False)
    assert plan.action is Action.DEPLOY
    assert (plan.put_back, plan.again, plan.earlier) == (None, True, BEFORE)
    assert ", again (" in plan.why


def test_the_only_recorded_release_deployed_again_has_nothing_to_go_back_to() -> None:
    plan = decide_deployment(replace(SERVING, entries=(THIS,), stack=None), RELEASE, goes_back=False)
    assert (plan.put_back, plan.earlier, plan.again) == (None, None, True)


def test_a_function_that_nobody_called_for_weeks_still_serves() -> None:
    """faults.md, 27: Inactive is no reason to deploy again, let alone to put something back."""
    seen = replace(SERVING, live={"export": function(state="Inactive")})
    assert decide_deployment(seen, RELEASE, goes_back=False).action is Action.NOTHING


def test_an_older_run_that_finishes_last_is_refused() -> None:
    """faults.md, 20."""
    with pytest.raises(ConflictError, match=r"v1\.1\.0 is older than what production runs \(v1\.0\.0\)") as caught:
        decide_deployment(replace(RUNS_OLD, order="older"), RELEASE, goes_back=False)
    assert caught.value.next_step == "to go back on purpose: release rollback production --to 1.1.0"


def test_an_older_run_that_may_be_late_ends_well_and_does_nothing() -> None:
    """faults.md, 20."""
    plan = decide_deployment(replace(RUNS_OLD, order="older"), RELEASE, goes_back=False, if_newer=True)
    assert plan.action is Action.SUPERSEDED


def test_only_a_rollback_puts_an_older_release_in() -> None:
    assert decide_deployment(replace(RUNS_OLD, order="older"), RELEASE, goes_back=True).action is Action.DEPLOY


def test_a_half_written_entry_is_finished_first_whatever_is_done_then() -> None:
    """faults.md, 15."""
    seen = replace(SERVING, unfinished={"report": OLD})
    plan = decide_deployment(seen, RELEASE, goes_back=False)
    assert (plan.action, plan.finish, plan.finish_tag) == (Action.NOTHING, {"report": OLD}, "production-2-v1.1.0")


def test_a_stack_that_takes_no_update_is_refused_whoever_asks() -> None:
    """faults.md, 23. Every status: test_stackstatus.py."""
    with pytest.raises(ConflictError, match="is stuck"):
        decide_deployment(replace(RUNS_OLD, stack=stack(status="UPDATE_ROLLBACK_FAILED")), RELEASE, goes_back=True)
