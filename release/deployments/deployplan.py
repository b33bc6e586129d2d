"""What to do to an environment, decided from what was observed. Pure: the stage applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from release.deployments import ledger
from release.deployments.model import Deployment, LiveFunction, Rollout, Stack
from release.errors import ConflictError, NotFoundError
from release.releases.model import Release

#: Statuses in which CloudFormation takes an update ("Stack status codes").
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "REVIEW_IN_PROGRESS",
        "DELETE_COMPLETE",
    }
)


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
    """

    environment: str
    entries: tuple[Deployment, ...]
    unfinished: Mapping[str, str]
    stack: Stack | None
    live: Mapping[str, LiveFunction | None]
    order: str


@dataclass(frozen=True)
class DeployPlan:
    """What a deployment will do.

    Attributes:
        finish: image -> digest that gets the newest entry's tag first (a crash left it half-written).
        number: the ledger entry that will be written.
        put_back: the deployment that goes back in if this one fails its proof.
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
    before: Release | None = None
    rollout: Rollout | None = None


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
    serving = _serves(seen, release)
    if serving and recorded:
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
        check_status(seen.stack)
        action = Action.PROVE if serving else Action.DEPLOY
        why = f"{seen.environment}: {_live_version(seen)} -> v{release.version}"
    return DeployPlan(
        environment=seen.environment,
        release=release,
        action=action,
        why=why,
        finish=seen.unfinished,
        finish_tag=newest.tag if newest else "",
        number=(newest.number if newest else 0) + 1,
        put_back=_before(seen.entries) if recorded else newest,
        before=_live(seen),
    )


def _live(seen: Observed) -> Release | None:
    """What is live, as far as the stack tells."""
    if seen.stack is None or not seen.stack.parameters.get("ReleaseVersion"):
        return None
    digests = {image: function.digest for image, function in seen.live.items() if function and function.digest}
    return Release(seen.stack.parameters["ReleaseVersion"], seen.stack.parameters.get("GitSha", ""), digests)


def _before(entries: tuple[Deployment, ...]) -> Deployment | None:
    """What goes back in when the newest entry itself, deployed again, fails."""
    try:
        return ledger.previous(entries, entries[-1])
    except NotFoundError:
        return None


def _serves(seen: Observed, release: Release) -> bool:
    """Whether every alias serves the release's digests and the stack has its version and commit.

    Inactive is what Lambda makes of a function that nobody invoked for weeks: it serves, from its next call on.
    """
    if seen.stack is None or seen.stack.status not in UPDATABLE:
        return False
    parameters = seen.stack.parameters
    if (parameters.get("ReleaseVersion"), parameters.get("GitSha")) != (release.version, release.commit):
        return False
    return not unserved(seen.live, release, ready=("Active", "Inactive"))


def unserved(live: Mapping[str, LiveFunction | None], release: Release, *, ready: tuple[str, ...] = ("Active",)) -> str:
    """Why the aliases do not serve the release yet, or "" when every one does (faults.md, 27 to 29)."""
    for image, digest in release.digests.items():
        function = live.get(image)
        if function is None:
            return f"image {image}: its function or alias does not exist"
        if function.digest != digest:
            return f"image {image}: {function.function} serves {function.digest or 'an unknown image'}, not {digest}"
        if function.update == "Failed" or function.state == "Failed":
            return f"image {image}: {function.function} failed: {function.reason or 'no reason given'}"
        if function.state not in ready or function.update not in ("Successful", ""):
            return f"image {image}: {function.function} is {function.state}, its update {function.update}"
    return ""


def hopeless(live: Mapping[str, LiveFunction | None]) -> bool:
    """Whether waiting cannot help: a function said that it failed."""
    return any(f is not None and "Failed" in (f.state, f.update) for f in live.values())


def check_status(stack: Stack | None) -> None:
    """Raises ConflictError when CloudFormation would not take an update, with what to do (faults.md, 19, 22, 23)."""
    if stack is None or stack.status in UPDATABLE:
        return
    name, status = stack.name, stack.status
    if status.endswith("_IN_PROGRESS"):
        what, remedy = (
            "is being changed by somebody else",
            f"wait until stack {name} is at rest, then run this again",
        )
    elif status == "ROLLBACK_COMPLETE":
        what = "was never created: its first creation failed and was undone, and CloudFormation cannot update it"
        remedy = (
            f"look why (aws cloudformation describe-stack-events --stack-name {name}), then delete the empty stack "
            f"(aws cloudformation delete-stack --stack-name {name}) and run this again"
        )
    elif status == "UPDATE_ROLLBACK_FAILED":
        what = "is stuck: an update failed and undoing it failed too"
        remedy = (
            f"mend what blocks it, then: aws cloudformation continue-update-rollback --stack-name {name} "
            "(skip resources only if you know what that leaves behind)"
        )
    else:
        what, remedy = (
            "takes no update in this state",
            f"aws cloudformation describe-stacks --stack-name {name}",
        )
    reason = f" ({stack.reason})" if stack.reason else ""
    raise ConflictError(f"stack {name} {what} [{status}]{reason}", untouched="everything", next_step=remedy)


def _live_version(seen: Observed) -> str:
    version = seen.stack.parameters.get("ReleaseVersion") if seen.stack else None
    return f"v{version}" if version else "nothing"
