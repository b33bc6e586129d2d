"""release deploy: a published version into an environment, by digest; proven, then recorded; or put back.

A deployment counts when it is proven (docs/architecture.md, rule 5): CloudFormation is done, every alias serves the
digest that was asked for, the smoke tests passed. Only then is the ledger written. Otherwise the deployment before goes
back, once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from release.deployments import deployplan, ledger, observe, rollout, smoke, stackrequest, stackstatus
from release.deployments.deployplan import Action, DeployPlan
from release.deployments.model import Deployment
from release.deployments.smokerules import SmokeResult
from release.deployments.target import Target
from release.errors import DeployFailed, MachineError, NotFoundError, PutBackFailed, ReleaseError
from release.releases.model import Release

log = logging.getLogger("release.deploy")


@dataclass(frozen=True)
class DeployResult:
    """What became of a plan. ``api`` is where it answers, "" when nothing was done."""

    plan: DeployPlan
    smoke: tuple[SmokeResult, ...]
    recorded: Deployment | None
    api: str = ""


def plan_deployment(target: Target, version: str, *, if_newer: bool = False) -> DeployPlan:
    """What deploying ``version`` takes. Changes nothing.

    Raises:
        NotFoundError: the version is not published, an image is gone, or it was not proven where it must be.
        ConflictError: an accidental downgrade, a stack that takes no update, an image Lambda would refuse.
        UsageError: release.toml and the template do not agree on the parameters.
    """
    tags = target.tags()
    release = observe.published(version, tags)
    observe.check_images(target, release)
    _check_proven(target, release, tags)
    rollout.wait_for_stack(target)
    seen = observe.environment(target, tags, release=release)
    decided = deployplan.decide_deployment(seen, release, goes_back=False, if_newer=if_newer)
    if decided.action in (Action.NOTHING, Action.SUPERSEDED):
        return decided
    return replace(decided, rollout=stackrequest.prepare(release, target, strict=decided.action is Action.DEPLOY))


def _check_proven(target: Target, release: Release, tags: Mapping[str, Mapping[str, str]]) -> None:
    """Rule 3: production takes only digests that the environment before it has proven."""
    before = target.environment.proven_in
    if before and not any(entry.digests == release.digests for entry in ledger.deployments(before, tags)):
        raise NotFoundError(
            f"the images of v{release.version} were never proven in {before}",
            untouched=target.name,
            next_step=f"release deploy {before} --version {release.version}",
        )


def apply(plan: DeployPlan, target: Target) -> DeployResult:
    """Carry out ``plan``.

    Raises:
        DeployFailed: it was not proven; the deployment before is live and proven again.
        PutBackFailed: that failed too, or nothing may go back in; says what to do.
        MachineError: this machine cannot go on (sam, credentials), so nothing can be judged or put back from here.
    """
    for image, digest in plan.finish.items():
        target.registry.tag(target.repositories[image], digest, plan.finish_tag)
    if plan.rollout is None:
        return DeployResult(plan, (), None)
    try:
        if plan.action is Action.DEPLOY:
            rollout.update_stack(plan.rollout.request, target)
            rollout.straighten(plan.rollout, target)
        stack, results = rollout.prove(plan.rollout, target)
    except MachineError as failure:
        raise MachineError(
            f"v{plan.release.version} is not proven in {plan.environment}: {failure.message}",
            untouched="the ledger; nothing was put back",
            next_step=f"{failure.next_step or 'mend this machine'}; then run the same command again",
        ) from failure
    except ReleaseError as failure:
        put_back(plan, failure, target)
        raise DeployFailed(
            f"v{plan.release.version} failed in {plan.environment}: {failure.message}",
            untouched=f"{plan.environment} runs {_name(plan.put_back)} again, proven; the ledger has no new entry",
            next_step="mend it and release the next version",
        ) from failure
    return DeployResult(plan, results, record(plan, target), stack.outputs.get(smoke.API_OUTPUT, ""))


def put_back(plan: DeployPlan, failure: ReleaseError, target: Target) -> None:
    """Bring the deployment before in again and prove it, once.

    Raises:
        PutBackFailed: there is none, or it failed too; nothing more is tried.
    """
    log.warning("v%s failed in %s: %s", plan.release.version, plan.environment, failure.message)
    if plan.put_back is None:
        raise _nothing_goes_back(plan, failure) from failure
    log.warning("putting %s back into %s", _name(plan.put_back), plan.environment)
    again = f"release rollback {plan.environment} --to {plan.put_back.version}"
    try:
        commit = observe.commit_of_deployment(plan.put_back, target.tags())
        before = stackrequest.prepare(Release(plan.put_back.version, commit, plan.put_back.digests), target)
        rollout.wait_for_stack(target)
        stackstatus.check(target.stack(), then=again)
        rollout.update_stack(before.request, target)
        rollout.straighten(before, target)
        rollout.prove(before, target)
    except ReleaseError as second:
        raise PutBackFailed(
            f"v{plan.release.version} failed in {plan.environment} ({failure.message}), and putting "
            f"{_name(plan.put_back)} back failed too: {second.message}",
            untouched="the ledger; nothing more was tried",
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
            next_step += f"; to go further back: release rollback {environment} --to {plan.earlier.version}"
    return PutBackFailed(
        f"v{version} failed in {environment}: {failure.message}",
        untouched=f"the ledger; {untouched}",
        next_step=f"release status {environment} shows what is live; {failure.next_step or next_step}",
    )


def record(plan: DeployPlan, target: Target) -> Deployment:
    """Write the ledger entry, one tag per image. Running the deployment again finishes a half-written one."""
    entry = Deployment(plan.environment, plan.number, plan.release.version, plan.release.digests)
    for image, digest in entry.digests.items():
        target.registry.tag(target.repositories[image], digest, entry.tag)
    log.info("recorded %s", entry.tag)
    return entry


def _name(entry: Deployment | None) -> str:
    return f"v{entry.version}" if entry else "nothing"
