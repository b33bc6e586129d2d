"""What to do to an environment, decided from what was observed. Pure: the stage applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from release.deployments import ledger, serving, stackstatus
from release.deployments.model import Deployment, LiveFunction, Rollout, Stack
from release.errors import ConflictError, NotFoundError
from release.releases.model import Release


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
        entries: its ledger, oldest first, the newest entry complete.
        unfinished: image -> digest still without the newest entry's tag.
        live: image -> what its function's alias serves.
        order: how the release's commit relates to the live one: "newer", "same", "older" or "diverged".
        versions: function -> the version that the stack published last.
    """

    environment: str
    entries: tuple[Deployment, ...]
    unfinished: Mapping[str, str]
    stack: Stack | None
    live: Mapping[str, LiveFunction | None]
    order: str
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeployPlan:
    """What a deployment will do.

    Attributes:
        finish: image -> digest that gets the newest entry's tag first (a crash left it half-written).
        number: the ledger entry that will be written.
        put_back: the deployment that goes back in if this one fails its proof. None when it is the first one, or when
            it was proven here last and is deployed again over drift: what fails then is no reason to fall further back.
        earlier: the deployment that a rollback brings back once this one is live.
        before: what the stack says it runs now, with the digests that its aliases serve; None when there is nothing.
        rollout: the release made ready for the target; None when there is nothing to do.
    """

    environment: str
    release: Release
    action: Action
    why: str
    finish: Mapping[str, str]
    finish_tag: str
    number: int
    put_back: Deployment | None
    earlier: Deployment | None
    before: Release | None = None
    rollout: Rollout | None = None

    @property
    def again(self) -> bool:
        """Whether the release was proven here last, and is deployed again because something drifted."""
        return self.put_back is None and self.number > 1


def decide_deployment(seen: Observed, release: Release, *, goes_back: bool, if_newer: bool = False) -> DeployPlan:
    """Decide what bringing ``release`` into the environment takes.

    Args:
        goes_back: the caller is a rollback, the only thing that may put an older release in.
        if_newer: an older run that finishes late ends well without doing anything, instead of being refused.

    Raises:
        ConflictError: the stack cannot take an update, or it would be an accidental downgrade.
    """
    newest = seen.entries[-1] if seen.entries else None
    recorded = newest is not None and (newest.version, newest.digests) == (release.version, release.digests)
    problem = _unserved(seen, release)
    if recorded and not problem:
        action, why = (
            Action.NOTHING,
            f"{seen.environment} runs v{release.version} already, proven and recorded",
        )
    elif not goes_back and seen.order == "older":
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
        action=action,
        why=why,
        finish=seen.unfinished,
        finish_tag=newest.tag if newest else "",
        number=(newest.number if newest else 0) + 1,
        put_back=None if recorded else newest,
        earlier=_before(seen.entries) if recorded else newest,
        before=_live(seen),
    )


def _live(seen: Observed) -> Release | None:
    """What is live, as far as the stack tells."""
    if seen.stack is None or not seen.stack.parameters.get("ReleaseVersion"):
        return None
    digests = {image: function.digest for image, function in seen.live.items() if function and function.digest}
    return Release(seen.stack.parameters["ReleaseVersion"], seen.stack.parameters.get("GitSha", ""), digests)


def _before(entries: tuple[Deployment, ...]) -> Deployment | None:
    """What a rollback brings back when the newest entry is what is deployed."""
    try:
        return ledger.previous(entries, entries[-1])
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
    return serving.unserved(seen.live, release, seen.versions, ready=("Active", "Inactive"))


def _live_version(seen: Observed) -> str:
    version = seen.stack.parameters.get("ReleaseVersion") if seen.stack else None
    return f"v{version}" if version else "nothing"
