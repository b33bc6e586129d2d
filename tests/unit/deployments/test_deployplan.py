"""What is done to an environment, decided from what was observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.deployplan import Action, Observed, check_status, decide_deployment, hopeless, unserved
from release.deployments.model import Deployment, LiveFunction, Stack
from release.errors import ConflictError
from release.releases.model import Release

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
RELEASE = Release("1.1.0", "b" * 40, {"export": NEW})
BEFORE = Deployment("production", 1, "1.0.0", {"export": OLD})
THIS = Deployment("production", 2, "1.1.0", {"export": NEW})


def stack(version: str = "1.1.0", commit: str = "b" * 40, status: str = "UPDATE_COMPLETE") -> Stack:
    """A stack that says what it runs."""
    return Stack("app", status, {"ReleaseVersion": version, "GitSha": commit}, {})


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
    assert (plan.action, plan.number, plan.put_back) == (Action.DEPLOY, 1, None)


@pytest.mark.parametrize(
    "seen",
    [
        replace(SERVING, live={"export": function(OLD)}),
        replace(SERVING, live={"export": None}),
        replace(SERVING, stack=None),
        replace(SERVING, stack=stack(commit="c" * 40)),
        replace(SERVING, live={"export": function(state="Failed")}),
    ],
    ids=["another digest", "no function", "no stack", "another commit", "failed function"],
)
def test_a_recorded_release_that_is_not_what_is_live_is_deployed_again(seen: Observed) -> None:
    plan = decide_deployment(seen, RELEASE, goes_back=False)
    assert plan.action is Action.DEPLOY
    assert plan.put_back == BEFORE, "the release that failed cannot be what goes back in"


def test_the_only_recorded_release_deployed_again_has_nothing_to_go_back_to() -> None:
    seen = replace(SERVING, entries=(THIS,), stack=None)
    assert decide_deployment(seen, RELEASE, goes_back=False).put_back is None


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


STATUSES = {
    "UPDATE_IN_PROGRESS": ("changed by somebody else", "wait until stack app is at rest"),
    "UPDATE_ROLLBACK_IN_PROGRESS": ("changed by somebody else", "wait until stack app is at rest"),
    "ROLLBACK_COMPLETE": ("was never created", "aws cloudformation delete-stack --stack-name app"),
    "UPDATE_ROLLBACK_FAILED": ("is stuck", "aws cloudformation continue-update-rollback --stack-name app"),
    "DELETE_FAILED": ("takes no update", "aws cloudformation describe-stacks --stack-name app"),
    "ROLLBACK_FAILED": ("takes no update", "aws cloudformation describe-stacks --stack-name app"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_stack_that_takes_no_update_is_refused_with_the_remedy(status: str) -> None:
    """faults.md, 19, 22 and 23; nothing is ever deleted or skipped by itself."""
    what, remedy = STATUSES[status]
    with pytest.raises(ConflictError, match=what) as caught:
        decide_deployment(replace(RUNS_OLD, stack=stack(status=status)), RELEASE, goes_back=True)
    assert remedy in caught.value.next_step
    assert caught.value.untouched == "everything"
    assert status in caught.value.message


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_at_rest_takes_an_update(status: str) -> None:
    check_status(stack(status=status))
    check_status(None)


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (None, "its function or alias does not exist"),
        (function(OLD), f"serves {OLD}, not {NEW}"),
        (function(""), "serves an unknown image"),
        (function(update="Failed"), "failed: no reason given"),
        (function(state="Failed"), "failed: no reason given"),
        (function(state="Pending", update="InProgress"), "is Pending, its update InProgress"),
        (function(state="Inactive"), "is Inactive"),
    ],
)
def test_what_does_not_serve_the_release_is_said_with_its_reason(served: LiveFunction | None, words: str) -> None:
    """faults.md, 27 to 29."""
    assert words in unserved({"export": served}, RELEASE)


def test_only_a_function_that_said_it_failed_is_hopeless() -> None:
    """faults.md, 27 and 28: the others may still come."""
    assert hopeless({"export": function(update="Failed")})
    assert hopeless({"export": function(state="Failed")})
    assert not hopeless({"export": function(state="Pending", update="InProgress"), "report": None})
