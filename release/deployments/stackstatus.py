"""Every status of a CloudFormation stack: whether it takes an update, what happened, what leads out of it.

Sources: CloudFormation's API reference (StackStatus; DeleteStack, RollbackStack, ContinueUpdateRollback) and user guide
("Stack status codes", "Stack failure options", "Continue rolling back an update", "Resource import status codes"). The
commands are AWS CLI's. This program runs none of them: each gives something up, and that is a person's decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from release.deployments.model import Stack
from release.errors import ConflictError

_COMMAND = re.compile(r"\{([a-z-]+)( [^}]+)?\}")


@dataclass(frozen=True)
class Standing:
    """What a status means.

    Attributes:
        takes_update: whether ``sam deploy`` can go on from it.
        happened: completes "stack app …".
        advice: what a person does first; ``{command}`` in it is a command of ``aws cloudformation``.
        commands: what leads out of it then, in order: commands of ``aws cloudformation``.
    """

    takes_update: bool
    happened: str = ""
    advice: str = ""
    commands: tuple[str, ...] = ()


_READY = Standing(takes_update=True)
_BUSY = "wait until it is at rest ({describe-stacks})"
_LOOK = "look why ({describe-stack-events}), then delete what is left of it, which never served anybody"
_UNKNOWN = 'look it up in CloudFormation\'s user guide, "Stack status codes" ({describe-stacks}), and bring it to rest'
_DELETE = ("delete-stack", "wait stack-delete-complete")
_ROLLED_BACK = "wait stack-rollback-complete"

STANDINGS: Mapping[str, Standing] = {
    "CREATE_COMPLETE": _READY,
    "UPDATE_COMPLETE": _READY,
    "UPDATE_ROLLBACK_COMPLETE": _READY,
    "IMPORT_COMPLETE": _READY,
    "IMPORT_ROLLBACK_COMPLETE": _READY,
    "REVIEW_IN_PROGRESS": _READY,  # a change set was made for a new stack and never executed
    "DELETE_COMPLETE": _READY,  # there is none any more
    "CREATE_IN_PROGRESS": Standing(False, "is being created by somebody else", _BUSY),
    "ROLLBACK_IN_PROGRESS": Standing(False, "is being changed: its first creation failed and is being undone", _BUSY),
    "DELETE_IN_PROGRESS": Standing(False, "is being deleted by somebody else", _BUSY),
    "UPDATE_IN_PROGRESS": Standing(False, "is being changed by somebody else", _BUSY),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Standing(False, "is being changed by somebody else: it cleans up", _BUSY),
    "UPDATE_ROLLBACK_IN_PROGRESS": Standing(False, "is being changed by somebody else: an update is undone", _BUSY),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Standing(
        False, "is being changed by somebody else: an update was undone, it cleans up", _BUSY
    ),
    "IMPORT_IN_PROGRESS": Standing(False, "is being changed by somebody else: resources are imported", _BUSY),
    "IMPORT_ROLLBACK_IN_PROGRESS": Standing(False, "is being changed by somebody else: an import is undone", _BUSY),
    "CREATE_FAILED": Standing(
        False, "was never created: its first creation failed, and its remains were left for a look", _LOOK, _DELETE
    ),
    "ROLLBACK_COMPLETE": Standing(
        False,
        "was never created: its first creation failed and was undone, and CloudFormation cannot update it",
        _LOOK,
        _DELETE,
    ),
    "ROLLBACK_FAILED": Standing(
        False, "was never created: its first creation failed, and undoing it failed too", _LOOK, _DELETE
    ),
    "DELETE_FAILED": Standing(
        False,
        "was to be deleted, and something in it could not be",
        "see what ({describe-stack-events}) and mend what keeps it, such as a bucket that is not empty; then delete it "
        "to the end (leaving behind what cannot be deleted: {delete-stack --deletion-mode FORCE_DELETE_STACK})",
        _DELETE,
    ),
    "UPDATE_FAILED": Standing(
        False,
        "is half-changed: an update failed and was left as it was, because rolling back was switched off",
        "see what failed ({describe-stack-events}), then roll it back",
        ("rollback-stack", _ROLLED_BACK),
    ),
    "UPDATE_ROLLBACK_FAILED": Standing(
        False,
        "is stuck: an update failed and undoing it failed too",
        "see which resource it was ({describe-stack-events}) and mend what blocks it, then let CloudFormation go on "
        "(it can skip resources; only if you know what that leaves behind)",
        ("continue-update-rollback", _ROLLED_BACK),
    ),
    "IMPORT_ROLLBACK_FAILED": Standing(
        False,
        "is stuck: an import of resources failed and undoing it failed too",
        "what runs goes on running. No command of CloudFormation leads out of this but deletion: have AWS Support "
        "bring it to IMPORT_ROLLBACK_COMPLETE. Only where all of it may be made anew, the API's address too (what has "
        "DeletionPolicy Retain stays, outside of any stack: {get-template}), delete it",
        _DELETE,
    ),
}
#: Statuses from which ``sam deploy`` goes on.
UPDATABLE = frozenset(status for status, standing in STANDINGS.items() if standing.takes_update)


def busy(status: str) -> bool:
    """Whether CloudFormation is at work on the stack, so that waiting may help."""
    return status.endswith("_IN_PROGRESS") and status not in UPDATABLE


def check(stack: Stack | None, *, then: str = "run this again") -> None:
    """Raises ConflictError when CloudFormation would not take an update, with what to do (faults.md, 19, 22, 23).

    Args:
        then: what comes when the stack is at rest again.
    """
    if stack is None or stack.status in UPDATABLE:
        return
    standing = STANDINGS.get(stack.status) or Standing(
        False, "is in a status that this command does not know", _BUSY if busy(stack.status) else _UNKNOWN
    )
    reason = f" ({stack.reason})" if stack.reason else ""
    raise ConflictError(
        f"stack {stack.name} {standing.happened} [{stack.status}]{reason}",
        untouched="everything",
        next_step=f"{remedy(standing, stack)}; then {then}",
    )


def remedy(standing: Standing, stack: Stack) -> str:
    """What a person does, whole: every command names stack and region."""
    where = f"--stack-name {stack.name} --region {stack.region}"
    advice = _COMMAND.sub(lambda found: f"aws cloudformation {found[1]} {where}{found[2] or ''}", standing.advice)
    commands = " && ".join(f"aws cloudformation {command} {where}" for command in standing.commands)
    return f"{advice}: {commands}" if commands else advice
