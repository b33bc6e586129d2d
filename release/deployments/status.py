"""release status and release history: what is live where, and every deployment, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from release.deployments import observe, serving
from release.deployments.claims import Claim, Result, Served
from release.deployments.deployplan import Observed
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import Entry
from release.deployments.model import LiveFunction, Stack
from release.deployments.target import Target
from release.errors import NotFoundError
from release.releases.model import Release


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment.

    Attributes:
        functions: logical id -> what it serves.
        live: the newest proven entry.
        newest: the newest entry, however it ended; None when there is none.
        running: what the stack says it has.
        removed: the entry that took the environment away, as long as nothing came after it.
        problem: where stack, functions, registry and ledger do not agree; "" when they do.
    """

    environment: str
    stack: Stack | None
    functions: Mapping[str, LiveFunction | None]
    live: Entry | None
    newest: Entry | None
    running: Claim | None
    problem: str
    removed: Entry | None = None


def status(target: Target) -> EnvironmentStatus:
    """What is live in ``target``, and whether the ledger agrees."""
    seen = observe.environment(target, target.ledger())
    live = seen.ledger.live
    release = _release(live, target)
    problem = (
        (release if isinstance(release, str) else _gone(target, release))
        or _half_removed(seen.ledger)
        or _drift(seen, live, release if isinstance(release, Release) else None)
        or _unfinished(seen.ledger)
    )
    newest, removed = seen.ledger.newest, seen.ledger.removed
    return EnvironmentStatus(target.name, seen.stack, seen.functions, live, newest, seen.running, problem, removed)


def _release(live: Entry | None, target: Target) -> Release | str | None:
    """The live release; why it cannot be had, as text."""
    try:
        return observe.deployed(live.claim, target) if live else None
    except NotFoundError as error:
        return f"the record of what is live is gone, so nothing can go back to it: {error.message}"


def _gone(target: Target, release: Release | None) -> str:
    """A live image that the registry does not have any more (faults.md, 26): it lives on borrowed time."""
    for name, image in release.record.images.items() if release else ():
        try:
            target.registry.manifest(image.repository, image.digest)
        except NotFoundError:
            return (
                f"image {name}: what runs, {image.digest}, is gone from the registry, and Lambda cannot start it "
                "anew; release another version, or roll back to one whose images are there"
            )
    return ""


def _half_removed(ledger: Ledger) -> str:
    newest = ledger.newest
    if newest is None or newest.claim.action != "remove" or newest.result in (None, Result.REMOVED):
        return ""
    said = f" ({newest.outcome.problem})" if newest.outcome and newest.outcome.problem else ""
    return f"{newest.claim.tag}, a removal by {newest.claim.run.who}, did not come to its end{said}; it goes on by " + (
        f"release remove {ledger.environment}"
    )


def _drift(seen: Observed, live: Entry | None, release: Release | None) -> str:
    stack = seen.stack
    if live is None:
        if stack is None:
            return ""
        if seen.ledger.removed:
            return f"a stack is there, but {seen.environment} was removed, and nothing deployed since"
        return (
            "a stack is there, but no deployment was ever proven; if it was before there were records: release migrate"
        )
    if stack is None:
        return "the ledger has deployments, but there is no stack"
    version = stack.parameters.get("ReleaseVersion")
    if (version, stack.parameters.get("GitSha")) != (live.claim.version, live.claim.commit):
        return f"the stack says v{version}, the ledger v{live.claim.version}"
    for logical, expected in release.record.functions.items() if release else ():
        function = seen.functions.get(logical)
        if problem := _function(logical, function, seen.ledger.served.get(logical), expected.alias):
            return problem
        if expected.alias and function and (problem := serving.strayed_from(function, seen.versions)):
            return f"{logical}: the alias {problem}"
    return ""


def _function(logical: str, function: LiveFunction | None, proven: Served | None, alias: str) -> str:
    if function is None:
        return f"{logical}: the function{' or its alias' if alias else ''} is gone"
    if proven and (function.version, function.digest) != (proven.version, proven.digest):
        return f"{logical}: {'the alias' if alias else 'it'} serves {_what(function)}; proven was {_what(proven)}"
    return ""


def _what(served: LiveFunction | Served) -> str:
    version = served.version if served.version.startswith("$") else f"version {served.version}"
    return f"{version}, {served.digest[:19] or 'a ZIP'}"


def _unfinished(ledger: Ledger) -> str:
    return "; ".join(
        f"{entry.claim.tag} of v{entry.claim.version} has not ended (by {entry.claim.run.who}, {entry.claim.began})"
        for entry in ledger.open
    )


def history(target: Target, limit: int) -> tuple[Entry, ...]:
    """The newest ``limit`` deployments of the target, newest first, however they ended; 0 is all of them."""
    return tuple(islice(target.ledger(), limit or None))
