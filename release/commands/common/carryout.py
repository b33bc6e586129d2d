"""A deployment or a rollback, from its plan to its report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.deployments.deployplan import DeployPlan
    from release.deployments.target import Target
    from release.report import Report


#: How often a command decides again after another run was faster; each time the other one has made progress.
_TRIES = 5


def carry_out(
    decide: Callable[[], DeployPlan], target: Target, args: argparse.Namespace, wiring: Wiring, verb: str
) -> Report:
    """A deployment or a rollback: decided, carried out and told, whatever its end; decided again when it lost the race.

    Args:
        decide: looks at the world and makes the plan.
        verb: what was done, in the past tense.
    """
    from release.deployments import deploy, deployreport, facts
    from release.deployments.claiming import ClaimLostError
    from release.errors import DeployFailed, PutBackFailed

    tries = _TRIES
    while True:
        tries -= 1
        plan = decide()
        if args.dry_run:
            return deployreport.of_plan(plan)
        git = wiring.git if wiring.in_clone and not wiring.project else None
        known = facts.gather(
            *(plan, target, git, wiring.records),
            reason=args.reason,
            click=wiring.rollback_url,
        )
        try:
            done = deploy.apply(plan, target, args.reason)
        except ClaimLostError:
            if not tries:
                raise
            continue
        except (DeployFailed, PutBackFailed) as error:
            error.report = deployreport.of_failure(plan, known)
            raise
        return deployreport.of_deployment(plan, known, done.smoke, done.recorded, done.api, verb)
