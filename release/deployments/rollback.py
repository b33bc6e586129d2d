"""release rollback: a proven deployment goes back in, by digest, with the template it was released with."""

from __future__ import annotations

from dataclasses import replace

from release.deployments import deployplan, ledger, observe, rollout, stackrequest
from release.deployments.deployplan import Action, DeployPlan, Observed
from release.deployments.target import Target
from release.errors import NotFoundError
from release.releases.model import Release


def plan_rollback(target: Target, to: str | None) -> DeployPlan:
    """What going back takes: to the deployment before, or to version ``to``. Changes nothing.

    Raises:
        NotFoundError: that was never proven here, or an image or its commit is gone (faults.md, 24).
        ConflictError: the stack takes no update.
    """
    tags = target.tags()
    entries = ledger.completed(ledger.deployments(target.name, tags), tags)
    if not entries:
        raise NotFoundError(
            f"nothing was ever proven in {target.name}, so there is nothing to go back to",
            untouched="everything",
            next_step=f"release deploy {target.name} --version …",
        )
    rollout.wait_for_stack(target)
    seen = observe.environment(target, tags)
    back = (
        ledger.named(entries, to, target.name)
        if to
        else ledger.to_go_back_to(entries, half_written=bool(seen.unfinished), live_version=_live_version(seen))
    )
    release = Release(back.version, observe.commit_of_deployment(back, tags), back.digests)
    observe.check_images(target, release)
    decided = deployplan.decide_deployment(seen, release, goes_back=True)
    if decided.action is Action.NOTHING:
        return decided
    return replace(decided, rollout=stackrequest.prepare(release, target))


def _live_version(seen: Observed) -> str:
    return seen.stack.parameters.get("ReleaseVersion", "") if seen.stack else ""
