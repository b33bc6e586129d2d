"""Deleting a stack to its end, through CloudFormation, which leaves behind what may stay and nothing else.

A resource without DeletionPolicy: Retain stays only by failing: CloudFormation deletes the others, calls the stack
DELETE_FAILED, and takes the names of those that are to be left behind with the next DeleteStack (``RetainResources``,
"only for stacks in the DELETE_FAILED state"). What fails for another reason is never left behind in silence. A nested
stack is not deleted by itself ("Work with nested stacks"): it is left behind whole, with what could not go in it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from release.deployments import removaltypes as types
from release.deployments import stackstatus
from release.deployments.model import Stack, StackResource
from release.deployments.ports import Demolition
from release.deployments.target import Target
from release.errors import RemoteError

log = logging.getLogger("release.remove")

#: How long a deletion is waited for, and how long between two looks (seconds). Functions in a VPC take up to 40 minutes
#: (Lambda's network interfaces); the claim of a run counts as dead after 55.
WAIT, POLL = 3000.0, 5.0


def delete(target: Target, demolition: Demolition, staying: Collection[str]) -> tuple[str, ...]:
    """Delete the target's stack, and wait until it is gone; answers the logical ids that were left behind so.

    Args:
        staying: logical ids of the resources that may be left behind. One that holds something now may be, too.

    Raises:
        RemoteError: something else could not be deleted, or it takes too long; running it again goes on.
    """
    name, waited = target.environment.stack, 0.0
    left: tuple[str, ...] = ()
    while (stack := target.stack()) is not None:
        if waited >= WAIT:
            raise _too_long(stack)
        if stack.status == "DELETE_FAILED":
            reasons = demolition.failed(name)
            keep = tuple(sorted(_may_stay(name, "", reasons, staying, target, demolition)))
            stuck = {each: why for each, why in reasons.items() if each not in keep}
            if waited and (stuck or set(keep) <= set(left)):  # it was tried, with all that may stay left behind
                raise _stuck(stack, stuck or reasons or {"something": stack.reason})
            for each in keep:
                log.info("%s stays: %s", each, reasons[each])
            demolition.delete(name, keep)
            left = tuple(sorted({*left, *keep}))
        elif not stackstatus.busy(stack.status):
            log.info("deleting stack %s", name)
            demolition.delete(name)
        target.clock.sleep(POLL)
        waited += POLL
    return left


def _may_stay(
    stack: str,
    above: str,
    reasons: Mapping[str, str],
    staying: Collection[str],
    target: Target,
    demolition: Demolition,
) -> set[str]:
    """Those of the resources that failed which may be left behind, by their names in this very stack."""
    resources = {each.logical_id: each for each in target.cloud.resources(stack)}
    found = set()
    for name in reasons:
        resource = resources.get(name)
        if resource is not None and resource.type == types.NESTED:
            inner = demolition.failed(resource.physical_id)
            kept = _may_stay(resource.physical_id, f"{above}{name}/", inner, staying, target, demolition)
            if inner and kept == set(inner):
                found.add(name)
        elif f"{above}{name}" in staying or (resource is not None and _filled(resource, demolition)):
            found.add(name)
    return found


def _filled(resource: StackResource, demolition: Demolition) -> bool:
    """Whether it is one that CloudFormation refuses to delete because of what came into it meanwhile."""
    contents = demolition.contents(resource)
    return contents is not None and (
        contents.protected or (resource.type in types.REFUSED_WHEN_FULL and bool(contents.holds))
    )


def _stuck(stack: Stack, reasons: Mapping[str, str]) -> RemoteError:
    shown = "; ".join(f"{name} ({' '.join(why.split())[:300]})" for name, why in reasons.items())
    where = f"--stack-name {stack.name} --region {stack.region}"
    return RemoteError(
        f"CloudFormation could not delete {shown}",
        untouched="that, the images and the releases; the rest of the stack is gone",
        next_step="mend what keeps it, then run the same command again; to leave it behind on purpose, before that: "
        f"aws cloudformation delete-stack {where} --retain-resources {' '.join(reasons)}",
    )


def _too_long(stack: Stack) -> RemoteError:
    return RemoteError(
        f"stack {stack.name} is {stack.status} after {int(WAIT // 60)} minutes",
        untouched="the images and the releases; CloudFormation goes on",
        next_step="run the same command again, which waits for it: aws cloudformation describe-stack-events "
        f"--stack-name {stack.name} --region {stack.region} shows what it does",
    )
