"""release status and release history: what is live where, and every deployment, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from release.deployments import ledger, observe, serving
from release.deployments.deployplan import Observed
from release.deployments.model import Deployment, LiveFunction, Stack
from release.deployments.target import Target
from release.errors import NotFoundError
from release.images.ports import Registry
from release.releases.tags import commit_of
from release.settings.config import Config


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment: what its stack says, what the aliases serve, and what the ledger says last."""

    environment: str
    stack: Stack | None
    live: dict[str, LiveFunction | None]
    recorded: Deployment | None
    problem: str


def status(target: Target) -> EnvironmentStatus:
    """What is live in ``target``, and whether the ledger agrees."""
    seen = observe.environment(target, target.tags())
    recorded = seen.entries[-1] if seen.entries else None
    live = dict(seen.live)
    problem = _gone(target, live) or _drift(seen, recorded, live)
    return EnvironmentStatus(target.name, seen.stack, live, recorded, problem)


def _gone(target: Target, live: dict[str, LiveFunction | None]) -> str:
    """A live image that the registry does not have any more (faults.md, 26): the function lives on borrowed time."""
    for image, function in live.items():
        if function is None or not function.digest:
            continue
        try:
            target.registry.manifest(target.repositories[image], function.digest)
        except NotFoundError:
            return (
                f"image {image}: what runs, {function.digest}, is gone from the registry, and Lambda cannot start it "
                "anew; release another version, or roll back to one whose images are there"
            )
    return ""


def _drift(seen: Observed, recorded: Deployment | None, live: dict[str, LiveFunction | None]) -> str:
    stack = seen.stack
    if recorded is None:
        return "" if stack is None else "a stack is there, but no deployment was ever proven"
    if stack is None:
        return "the ledger has deployments, but there is no stack"
    for image, digest in recorded.digests.items():
        function = live.get(image)
        if function is None or function.digest != digest:
            return f"image {image}: the alias serves something else than the ledger's last entry"
        if problem := serving.strayed_from(function, seen.versions):
            return f"image {image}: the alias {problem}"
    if stack.parameters.get("ReleaseVersion") != recorded.version:
        return f"the stack says v{stack.parameters.get('ReleaseVersion')}, the ledger v{recorded.version}"
    return ""


@dataclass(frozen=True)
class HistoryLine:
    """One deployment with the commit its version was made from ("" when no tag tells)."""

    deployment: Deployment
    commit: str


def history(config: Config, environment: str, registry: Registry) -> tuple[HistoryLine, ...]:
    """Every deployment of ``environment``, newest first."""
    config.environment(environment)
    tags = observe.tags_by_image(config, registry)
    return tuple(
        HistoryLine(entry, next((c for i in entry.digests if (c := commit_of(entry.version, tags[i]))), ""))
        for entry in reversed(ledger.deployments(environment, tags))
    )
