"""What to do to an environment, decided from what was observed. Pure: the stage applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from release.deployments import serving, stackstatus
from release.deployments.claims import Claim
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import Entry
from release.deployments.model import LiveFunction, Rollout, Stack
from release.errors import ConflictError, NotFoundError
from release.releases.model import Release
from release.versions.order import Order, Position, relation

_HIDDEN = "****"


class Action(Enum):
    """The four things a deployment can come to."""

    DEPLOY = "deploy, prove, record"
    PROVE = "already serving: prove and record"
    NOTHING = "already live and recorded: nothing to do"
    SUPERSEDED = "a newer deployment is live: nothing to do"


@dataclass(frozen=True)
class Observed:
    """An environment as it is.

    Attributes:
        running: the claim whose release the stack says it has; None when it has none of ours.
        functions: logical id -> what the function's alias serves.
        versions: function -> the version that the stack published last.
    """

    environment: str
    ledger: Ledger
    stack: Stack | None
    running: Claim | None
    functions: Mapping[str, LiveFunction | None]
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeployPlan:
    """What a deployment will do.

    Attributes:
        verb: "deploy" or "rollback", as the claim will say.
        abandoned: claims whose runs died, which are marked so first.
        number: of the claim that will be written.
        live: the proven deployment that is live before.
        put_back: the deployment that goes back in if this one fails its proof. None when it is the first one, or when
            it was proven here last and is deployed again over drift: what fails then is no reason to fall further back.
        earlier: the deployment that a rollback brings back once this one is live.
        before: what the stack says it runs now; None when there is nothing of ours.
        rollout: the release made ready for the target; None when there is nothing to do.
    """

    environment: str
    release: Release
    verb: str
    action: Action
    why: str
    abandoned: tuple[Entry, ...]
    number: int
    live: Entry | None
    put_back: Entry | None
    earlier: Entry | None
    before: Claim | None = None
    rollout: Rollout | None = None

    @property
    def again(self) -> bool:
        """Whether the release was proven here last, and is deployed again because something drifted."""
        return self.put_back is None and self.live is not None


def decide_deployment(seen: Observed, release: Release, *, goes_back: bool, if_newer: bool = False) -> DeployPlan:
    """Decide what bringing ``release`` into the environment takes.

    Args:
        goes_back: the caller is a rollback, the only thing that may put an older release in.
        if_newer: an older run that finishes late ends well without doing anything, instead of being refused.

    Raises:
        ConflictError: the stack cannot take an update, or it would be an accidental downgrade.
    """
    live = seen.ledger.live
    recorded = live is not None and (live.claim.release, live.claim.version) == (release.digest, release.version)
    problem = _unserved(seen, release)
    if recorded and not problem:
        action, why = (
            Action.NOTHING,
            f"{seen.environment} runs v{release.version} already, proven and recorded",
        )
    elif not goes_back and seen.running and relation(_place(release), _claimed(seen.running)) is Order.OLDER:
        action, why = Action.SUPERSEDED, f"{seen.environment} runs {_live_version(seen)}, from a later commit"
        if not if_newer:
            raise ConflictError(
                f"v{release.version} is older than what {seen.environment} runs ({_live_version(seen)})",
                untouched="everything",
                next_step=f"to go back on purpose: release rollback {seen.environment} --to {release.version}",
            )
    else:
        stackstatus.check(seen.stack)
        action = Action.DEPLOY if problem else Action.PROVE
        why = f"{seen.environment}: {_live_version(seen)} -> v{release.version}"
        if recorded:
            why += f", again ({problem})"
    return DeployPlan(
        environment=seen.environment,
        release=release,
        verb="rollback" if goes_back else "deploy",
        action=action,
        why=why,
        abandoned=seen.ledger.open,
        number=seen.ledger.next_number,
        live=live,
        put_back=None if recorded else live,
        earlier=_before(seen.ledger) if recorded else live,
        before=seen.running,
    )


def made_ready(plan: DeployPlan, rollout: Rollout, stack: Stack | None) -> DeployPlan:
    """``plan`` with what it brings in. A stack that has the version, but another setting, is deployed to, not proven.

    CloudFormation shows a parameter with NoEcho as asterisks; such a one tells nothing (DescribeStacks, Parameter).
    """
    given = stack.parameters if stack else {}
    differs = any(
        given.get(name) != value and given.get(name) != _HIDDEN for name, value in rollout.request.parameters.items()
    )
    action = Action.DEPLOY if plan.action is Action.PROVE and differs else plan.action
    return replace(plan, action=action, rollout=rollout)


def _place(release: Release) -> Position:
    record = release.record
    return Position(record.commit, record.branch, record.position, release.version)


def _claimed(claim: Claim) -> Position:
    return Position(claim.commit, claim.branch, claim.position, claim.version)


def _before(ledger: Ledger) -> Entry | None:
    """What a rollback brings back when the live release is what is deployed."""
    try:
        return ledger.previous()
    except NotFoundError:
        return None


def _unserved(seen: Observed, release: Release) -> str:
    """Why the environment does not serve the release, or "" when the stack has it and every alias serves it.

    Inactive is what Lambda makes of a function that nobody invoked for weeks: it serves, from its next call on.
    """
    if seen.stack is None:
        return "there is no stack"
    if seen.stack.status not in stackstatus.UPDATABLE:
        return f"the stack is {seen.stack.status}"
    parameters = seen.stack.parameters
    if (parameters.get("ReleaseVersion"), parameters.get("GitSha")) != (release.version, release.commit):
        return f"the stack has {_live_version(seen)}"
    return serving.unserved(seen.functions, release, seen.versions, ready=("Active", "Inactive"))


def _live_version(seen: Observed) -> str:
    version = seen.stack.parameters.get("ReleaseVersion") if seen.stack else None
    return f"v{version}" if version else "nothing"
