"""What is done to an environment, decided from what was observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.claims import Claim, Result
from release.deployments.deployplan import Action, Observed, decide_deployment
from release.deployments.ledger import Ledger
from release.deployments.model import LiveFunction, Stack
from release.errors import ConflictError
from release.releases.model import Release
from release.releases.record import RecordedFunction, RecordedImage
from tests.support import ledgers
from tests.unit.releases.test_record import RECORD

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
IMAGE = RecordedImage("app/export", NEW, "0" * 16, "linux/amd64", 1)


def release(version: str = "1.1.0") -> Release:
    """A made-up release as the ledgers of tests/support have it."""
    claim = ledgers.claim(1, version)
    record = replace(
        RECORD,
        version=version,
        commit=claim.commit,
        position=claim.position,
        images={"export": IMAGE},
        functions={"ExportFunction": RecordedFunction("export", "live")},
        verdicts={},
    )
    return Release(version, ledgers.release_of(version), record)


RELEASE = release()
BEFORE = ("1.0.0", "deploy", Result.PROVEN)
THIS = ("1.1.0", "deploy", Result.PROVEN)


def stack(version: str = "1.1.0", commit: str = "", status: str = "UPDATE_COMPLETE") -> Stack:
    """A stack that says what it runs."""
    said = {"ReleaseVersion": version, "GitSha": commit or release(version).commit}
    return Stack("app", status, said, {}, "eu-west-1")


def function(digest: str = NEW, state: str = "Active", update: str = "Successful") -> LiveFunction:
    """A function behind its alias."""
    return LiveFunction("app-export", "1", digest, state, update)


def seen(ledger: Ledger, running: str, digest: str = NEW) -> Observed:
    """An environment whose stack says that it runs ``running``."""
    claims: list[Claim] = [entry.claim for entry in ledger if entry.claim.version == running]
    served = {"ExportFunction": function(digest)}
    return Observed("production", ledger, stack(running), claims[0] if claims else None, served)


SERVING = seen(ledgers.ledger(BEFORE, THIS), "1.1.0")
RUNS_OLD = seen(ledgers.ledger(BEFORE), "1.0.0", OLD)


def test_what_is_live_and_recorded_needs_nothing() -> None:
    assert decide_deployment(SERVING, RELEASE, goes_back=False).action is Action.NOTHING


def test_what_is_live_but_not_recorded_is_proven_and_recorded() -> None:
    """faults.md, 17: a crash between deploy and ledger."""
    ledger = ledgers.ledger(BEFORE, ("1.1.0", "deploy", None))
    plan = decide_deployment(seen(ledger, "1.1.0"), RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back) == (Action.PROVE, 3, ledger.live)
    assert [entry.number for entry in plan.abandoned] == [2]


def test_what_is_not_live_is_deployed_and_the_newest_entry_goes_back_in_if_it_fails() -> None:
    plan = decide_deployment(RUNS_OLD, RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back) == (Action.DEPLOY, 2, RUNS_OLD.ledger.live)
    assert plan.why == "production: v1.0.0 -> v1.1.0"


def test_the_first_deployment_has_nothing_to_go_back_to() -> None:
    plan = decide_deployment(Observed("production", ledgers.ledger(), None, None, {}), RELEASE, goes_back=False)
    assert (plan.action, plan.number, plan.put_back, plan.again) == (Action.DEPLOY, 1, None, False)


DRIFTED = {
    "another digest": replace(SERVING, functions={"ExportFunction": function(OLD)}),
    "no function": replace(SERVING, functions={"ExportFunction": None}),
    "no stack": replace(SERVING, stack=None),
    "another commit": replace(SERVING, stack=stack(commit="c" * 40)),
    "failed function": replace(SERVING, functions={"ExportFunction": function(state="Failed")}),
    "another version": replace(SERVING, versions={"app-export": "2"}),
    "a share for another version": replace(
        SERVING, functions={"ExportFunction": replace(function(), weights={"7": 0.1})}
    ),
    "a setting without a version": replace(
        SERVING, functions={"ExportFunction": replace(function(), behind="Environment")}
    ),
}


@pytest.mark.parametrize("drift", DRIFTED)
def test_a_recorded_release_that_is_not_what_is_live_is_deployed_again_and_nothing_older_goes_back_in(
    drift: str,
) -> None:
    """faults.md, 59. What was proven last is no worse for having drifted: falling further back is a person's choice."""
    plan = decide_deployment(DRIFTED[drift], RELEASE, goes_back=False)
    assert plan.action is Action.DEPLOY
    assert (plan.put_back, plan.again) == (None, True)
    assert plan.earlier is not None
    assert plan.earlier.number == 1
    assert ", again (" in plan.why


def test_the_only_recorded_release_deployed_again_has_nothing_to_go_back_to() -> None:
    alone = replace(SERVING, ledger=ledgers.ledger(THIS), stack=None)
    plan = decide_deployment(alone, RELEASE, goes_back=False)
    assert (plan.put_back, plan.earlier, plan.again) == (None, None, True)


def test_a_function_that_nobody_called_for_weeks_still_serves() -> None:
    """faults.md, 27: Inactive is no reason to deploy again, let alone to put something back."""
    idle = replace(SERVING, functions={"ExportFunction": function(state="Inactive")})
    assert decide_deployment(idle, RELEASE, goes_back=False).action is Action.NOTHING


def test_an_older_run_that_finishes_last_is_refused() -> None:
    """faults.md, 20."""
    with pytest.raises(ConflictError, match=r"v1\.0\.0 is older than what production runs \(v1\.1\.0\)") as caught:
        decide_deployment(SERVING, release("1.0.0"), goes_back=False)
    assert caught.value.next_step == "to go back on purpose: release rollback production --to 1.0.0"


def test_an_older_run_that_may_be_late_ends_well_and_does_nothing() -> None:
    """faults.md, 20."""
    plan = decide_deployment(SERVING, release("1.0.0"), goes_back=False, if_newer=True)
    assert plan.action is Action.SUPERSEDED


def test_only_a_rollback_puts_an_older_release_in() -> None:
    assert decide_deployment(SERVING, release("1.0.0"), goes_back=True).action is Action.DEPLOY


def test_a_claim_that_a_dead_run_left_is_marked_whatever_is_done_then() -> None:
    """faults.md, 54."""
    ledger = ledgers.ledger(BEFORE, THIS, ("1.2.0", "deploy", None))
    plan = decide_deployment(seen(ledger, "1.1.0"), RELEASE, goes_back=False)
    assert (plan.action, [entry.number for entry in plan.abandoned]) == (Action.NOTHING, [3])


def test_a_stack_that_takes_no_update_is_refused_whoever_asks() -> None:
    """faults.md, 23. Every status: test_stackstatus.py."""
    with pytest.raises(ConflictError, match="is stuck"):
        decide_deployment(replace(RUNS_OLD, stack=stack(status="UPDATE_ROLLBACK_FAILED")), RELEASE, goes_back=True)
