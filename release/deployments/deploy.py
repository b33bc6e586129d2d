"""release deploy: a published release into an environment, by digest; proven, then recorded; or put back.

A deployment counts when it is proven (docs/architecture.md, rule 5): CloudFormation is done, every function serves the
digest and the version that were asked for, the smoke tests passed. It is claimed before anything changes, and how it
ended is written when it is over. When it was not proven, the deployment before goes back, once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import NoReturn

from release.deployments import claiming, deployplan, migrate, observe, rollout, stackrequest, stackstatus
from release.deployments.claiming import Claimed, timed
from release.deployments.claims import Result
from release.deployments.deployplan import Action, DeployPlan
from release.deployments.ledgerentries import Entry
from release.deployments.rollout import Proof
from release.deployments.smokerules import SmokeResult
from release.deployments.target import Target
from release.errors import DeployFailed, MachineError, NotFoundError, PutBackFailed, ReleaseError
from release.releases.model import Release
from release.settings.smokestep import API_OUTPUT

log = logging.getLogger("release.deploy")


@dataclass(frozen=True)
class DeployResult:
    """What became of a plan. ``recorded`` and ``api`` (where it answers) are "" when nothing was done."""

    plan: DeployPlan
    smoke: tuple[SmokeResult, ...]
    recorded: str = ""
    api: str = ""


def plan_deployment(target: Target, version: str, *, if_newer: bool = False) -> DeployPlan:
    """What deploying ``version`` takes. Changes nothing.

    Raises:
        NotFoundError: the version is not published, an image is gone, or it was not proven where it must be.
        ConflictError: an accidental downgrade, a stack that takes no update, an image Lambda would refuse.
        UsageError: release.toml and the template do not agree on the parameters.
    """
    release = observe.published(version, target)
    observe.check_images(target, release)
    _check_proven(target, release)
    ledger = claiming.wait_for_others(target)
    rollout.wait_for_stack(target)
    seen = observe.environment(target, ledger)
    if seen.stack:
        repositories = [image.repository for image in release.record.images.values()]
        migrate.check_moved(target.name, ledger, repositories, target.registry)
    decided = deployplan.decide_deployment(seen, release, goes_back=False, if_newer=if_newer)
    if decided.action in (Action.NOTHING, Action.SUPERSEDED):
        return decided
    ready = stackrequest.prepare(release, target, strict=True)
    return deployplan.made_ready(decided, ready, seen.stack)


def _check_proven(target: Target, release: Release) -> None:
    """Rule 3: production takes only that very release, proven in the environment before it."""
    before = target.environment.proven_in
    if before and not target.ledger(before).has_proven(release.digest):
        raise NotFoundError(
            f"v{release.version} was never proven in {before} as that release ({release.digest[:19]})",
            untouched=target.name,
            next_step=f"release deploy {before} --version {release.version}",
        )


def apply(plan: DeployPlan, target: Target, reason: str = "") -> DeployResult:
    """Carry out ``plan``.

    Raises:
        ClaimLostError: another run was faster; nothing was changed.
        DeployFailed: it was not proven; the deployment before is live and proven again.
        PutBackFailed: that failed too, or nothing may go back in; says what to do.
        MachineError: this machine cannot go on (sam, credentials), so nothing can be judged or put back from here.
    """
    if plan.rollout is None:
        for entry in plan.abandoned:
            claiming.abandon(entry, target)
        return DeployResult(plan, ())
    claimed = claiming.take(plan, target, reason)
    for entry in plan.abandoned:
        claiming.abandon(entry, target)
    seconds: dict[str, float] = {}
    try:
        if plan.action is Action.DEPLOY:
            with timed(seconds, "stack", target.clock):
                rollout.update_stack(plan.rollout.request, target)
                rollout.straighten(plan.rollout, target)
        with timed(seconds, "proof", target.clock):
            proof = rollout.prove(plan.rollout, target)
    except MachineError as failure:
        raise MachineError(
            f"v{plan.release.version} is not proven in {plan.environment}: {failure.message}",
            untouched=f"{claimed.claim.tag} stays open; nothing was put back",
            next_step=f"{failure.next_step or 'mend this machine'}; then run the same command again",
        ) from failure
    except ReleaseError as failure:
        _fail(plan, claimed, failure, seconds, target)
    recorded = claiming.end(
        claimed, Result.PROVEN, target, seconds=seconds, smoke=proof.smoke, functions=proof.functions
    )
    return DeployResult(plan, proof.smoke, recorded, proof.stack.outputs.get(API_OUTPUT, ""))


def _fail(
    plan: DeployPlan, claimed: Claimed, failure: ReleaseError, seconds: dict[str, float], target: Target
) -> NoReturn:
    """Put back, say how it ended, and raise."""
    try:
        with timed(seconds, "put back", target.clock):
            proof = put_back(plan, failure, target)
    except PutBackFailed as second:
        try:
            claiming.end(claimed, Result.FAILED, target, seconds=seconds, problem=second.message)
        except ReleaseError as third:  # what a person must do now is more than what the ledger says
            log.warning("%s could not be ended in the ledger: %s", claimed.claim.tag, third.message)
        raise
    claiming.end(claimed, Result.PUT_BACK, target, seconds=seconds, functions=proof.functions, problem=failure.message)
    raise DeployFailed(
        f"v{plan.release.version} failed in {plan.environment}: {failure.message}",
        untouched=f"{plan.environment} runs {_name(plan.put_back)} again, proven",
        next_step="mend it and release the next version",
    ) from failure


def put_back(plan: DeployPlan, failure: ReleaseError, target: Target) -> Proof:
    """Bring the deployment before in again and prove it, once.

    Raises:
        PutBackFailed: there is none, or it failed too; nothing more is tried.
    """
    log.warning("v%s failed in %s: %s", plan.release.version, plan.environment, failure.message)
    if plan.put_back is None:
        raise _nothing_goes_back(plan, failure) from failure
    log.warning("putting %s back into %s", _name(plan.put_back), plan.environment)
    again = f"release rollback {plan.environment} --to {plan.put_back.claim.version}"
    try:
        before = stackrequest.prepare(observe.deployed(plan.put_back.claim, target), target)
        rollout.wait_for_stack(target)
        stackstatus.check(target.stack(), then=again)
        rollout.update_stack(before.request, target)
        rollout.straighten(before, target)
        return rollout.prove(before, target)
    except ReleaseError as second:
        raise PutBackFailed(
            f"v{plan.release.version} failed in {plan.environment} ({failure.message}), and putting "
            f"{_name(plan.put_back)} back failed too: {second.message}",
            untouched="nothing more was tried",
            next_step=_with(second.next_step or f"release status {plan.environment}", again),
        ) from second


def _with(step: str, last: str) -> str:
    return step if last in step else f"{step}, then {last}"


def _nothing_goes_back(plan: DeployPlan, failure: ReleaseError) -> PutBackFailed:
    """It is the first deployment; or what was proven here last, deployed again: no reason to fall further back."""
    environment, version = plan.environment, plan.release.version
    untouched, next_step = "there is no deployment before this one to put back", "mend it and deploy again"
    if plan.again:
        untouched = f"nothing older was put in its place: v{version} is what was proven in {environment} last"
        next_step = "mend it and run this again"
        if plan.earlier:
            next_step += f"; to go further back: release rollback {environment} --to {plan.earlier.claim.version}"
    return PutBackFailed(
        f"v{version} failed in {environment}: {failure.message}",
        untouched=untouched,
        next_step=f"release status {environment} shows what is live; {failure.next_step or next_step}",
    )


def _name(entry: Entry | None) -> str:
    return f"v{entry.claim.version}" if entry else "nothing"
