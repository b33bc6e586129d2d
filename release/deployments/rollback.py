"""release rollback: a proven deployment goes back in, by digest, with the template it was released with."""

from __future__ import annotations

from dataclasses import replace

from release.deployments import claiming, deployplan, observe, rollout, serving, stackrequest
from release.deployments.claims import Claim, Result
from release.deployments.deployplan import Action, DeployPlan, Observed
from release.deployments.target import Target
from release.errors import NotFoundError


def plan_rollback(target: Target, to: str | None) -> DeployPlan:
    """What going back takes: to the deployment before, or to version ``to``. Changes nothing.

    Raises:
        NotFoundError: that was never proven here, or an image or its record is gone (faults.md, 24).
        ConflictError: the stack takes no update.
    """
    ledger = claiming.wait_for_others(target)
    if ledger.removed:
        raise NotFoundError(
            f"{target.name} was removed by {ledger.removed.claim.run.who}, so there is nothing to go back to",
            untouched="everything",
            next_step=f"release deploy {target.name} --version … makes it anew",
        )
    if ledger.live is None:
        raise NotFoundError(
            f"nothing was ever proven in {target.name}, so there is nothing to go back to",
            untouched="everything",
            next_step=f"release deploy {target.name} --version …; if it was before there were records: release migrate",
        )
    rollout.wait_for_stack(target)
    seen = observe.environment(target, ledger)
    claim = ledger.of_version(to).claim if to else to_go_back_to(seen)
    release = observe.deployed(claim, target)
    observe.check_images(target, release)
    decided = deployplan.decide_deployment(seen, release, goes_back=True)
    if decided.action is Action.NOTHING:
        return decided
    ready = stackrequest.prepare(release, target)
    noted = serving.without_alias(release)
    return deployplan.made_ready(decided, replace(ready, notes=(*ready.notes, *([noted] if noted else []))), seen.stack)


def to_go_back_to(seen: Observed) -> Claim:
    """Where a rollback goes that names no version.

    - A rollback that was cut off: where that one went, so that running it again finishes it and goes back once.
    - What runs was never proven here, because its deployment was cut off or failed for good: the live entry.
    - Otherwise: the deployment before the live one.

    Raises:
        NotFoundError: there is none.
    """
    newest, live = seen.ledger.newest, seen.ledger.live
    assert newest is not None
    assert live is not None
    cut_off = newest.result in (None, Result.ABANDONED)
    if cut_off and newest.claim.action == "rollback":
        return newest.claim
    if seen.running is None or seen.running.release != live.claim.release:
        return live.claim
    return seen.ledger.previous().claim
