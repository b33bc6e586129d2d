"""What runs in an environment: its stack, what it serves beside the ledger, its alarms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from release.adoption.doctor.findings import ACCOUNT, OK, Diagnosis, probe
from release.adoption.ports import Account
from release.deployments import reports, stackstatus, status
from release.deployments.target import Target
from release.errors import ConflictError, NotFoundError

_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def findings(target: Target, account: Account) -> Iterator[Diagnosis]:
    """Every line of one environment."""
    name = target.name
    stack = probe(ACCOUNT, f"stack of {name}", partial(_stack, target), name)
    yield stack
    yield probe(ACCOUNT, f"what is live in {name}", partial(_live, target), name)
    if stack.state == OK:
        yield probe(ACCOUNT, f"alarms of {name}", partial(_alarms, target, account), name)


def _stack(target: Target) -> str:
    """Raises ConflictError with what leads out of a status that takes no update (docs/stack-statuses.md)."""
    found = target.stack()
    stackstatus.check(found, then=f"release doctor {target.name}")
    return f"{found.name} is {found.status}" if found else f"there is none yet: nothing was deployed to {target.name}"


def _live(target: Target) -> str:
    """Ledger, stack and functions agree, and the registry has what runs. Raises ConflictError where they do not."""
    found = status.status(target)
    if found.problem:
        raise ConflictError(
            found.problem, next_step=f"release history {target.name}, then deploy or roll back what should run"
        )
    if found.removed:
        return reports.removed_text(found.removed)
    if found.live is None:
        return "nothing yet"
    return f"v{found.live.claim.version}, as ledger, stack and functions have it, and its images are there"


def _alarms(target: Target, account: Account) -> str:
    """Raises NotFoundError: an alarm of the stack is gone; ConflictError: one is ringing."""
    stack = target.stack()
    names = [each.physical_id for each in target.cloud.resources(stack.name) if each.type in _ALARMS] if stack else []
    if not names:
        return "the stack has none: nobody is told when a function fails"
    states = account.alarms(names)
    if gone := sorted(set(names) - set(states)):
        raise NotFoundError(
            f"{', '.join(gone)} gone: somebody deleted what the stack made",
            next_step=f"release deploy {target.name} --version … --reason repair",
        )
    if ringing := sorted(name for name, state in states.items() if state == "ALARM"):
        raise ConflictError(f"{', '.join(ringing)} in ALARM", next_step=f"release history {target.name}")
    return f"{len(names)}, none in ALARM"
