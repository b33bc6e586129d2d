"""release remove: an environment is taken away: its stack, and the releases and images that nobody else needs.

It is claimed like a deployment, so that none begins meanwhile, and the outcome says that it was removed. What the stack
is told to keep, what is protected and what CloudFormation does not delete stays; what would go with data in it goes
only when it was named. The ledger stays as the history: the next deployment begins afresh, with the next number. Images
go last, when nothing can run them any more (docs/architecture.md, rule 9).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from release.deployments import claiming, prune, pruneseen, removalimages, removalrules, removalseen, stackdeletion
from release.deployments import removaltypes as types
from release.deployments.claiming import Claimed, timed
from release.deployments.claims import Claim, Result
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import Entry
from release.deployments.ports import Demolition
from release.deployments.prunemodel import PrunePlan, PruneVerdict
from release.deployments.removalmodel import Fate, RemovalPlan, RemovalResult, ResourceVerdict
from release.deployments.removalstops import after, stops
from release.deployments.target import Target
from release.errors import ConflictError, MachineError, ReleaseError, RemoteError, UsageError
from release.releases.ports import Shelves
from release.settings.config import Config

log = logging.getLogger("release.remove")


@dataclass(frozen=True)
class Removing:
    """Where an environment is taken away.

    Attributes:
        targets: every environment of release.toml, by name: what one of them needs, no other may lose.
    """

    name: str
    targets: Mapping[str, Target]
    config: Config
    shelves: Shelves
    demolition: Demolition

    @property
    def target(self) -> Target:
        """The environment's own."""
        return self.targets[self.name]


def plan_removal(
    place: Removing, *, keep_images: bool = False, with_data: Collection[str] = (), reason: str = ""
) -> RemovalPlan:
    """What would go, what stays, and why nothing may begin, if so. Changes nothing.

    Raises:
        ConflictError: the ledger or a record cannot be read.
        RemoteError: the stack cannot be looked at.
        UsageError: ``with_data`` names what would not go with data.
    """
    target = place.target
    ledger, stack = target.ledger(), target.stack()
    resources: tuple[ResourceVerdict, ...] = ()
    if stack is not None:
        resources = removalrules.of_resources(removalseen.look(target, place.demolition, stack), with_data)
    _check_names(with_data, resources)
    shelved = () if keep_images else _shelved(place, resources)
    newest = ledger.newest
    busy = stack is not None or any(each.goes for each in shelved)
    claim = _claim(newest, ledger, target, reason) if newest and (busy or not ledger.removed) else None
    running = claiming.alive(ledger, target)
    return RemovalPlan(
        environment=place.name,
        region=target.environment.region,
        stack=stack,
        resources=resources,
        shelved=shelved,
        before=newest,
        removed=ledger.removed,
        claim=claim,
        abandoned=ledger.open,
        stops=tuple(stops(place.name, stack, resources, running, ours=newest is not None and not ledger.removed)),
        after=tuple(after(place.name, place.config, resources)),
    )


def _check_names(with_data: Collection[str], resources: Sequence[ResourceVerdict]) -> None:
    there = [each.resource.logical_id for each in resources if each.fate is Fate.GOES_WITH_DATA]
    if unknown := sorted(set(with_data) - set(there)):
        raise UsageError(
            f"--with-data {unknown[0]}: no such resource would go with data in it ({', '.join(there) or 'none would'})",
            untouched="everything",
            next_step="leave it out",
        )


def _shelved(place: Removing, resources: Sequence[ResourceVerdict]) -> tuple[PruneVerdict, ...]:
    targets = [*place.targets.values()]
    seen = pruneseen.holdings(targets, [place.name], place.config, place.shelves)
    return removalimages.decide(seen, place.name, place.config, place.target.clock.now(), runs_on=_runs_on(resources))


def _runs_on(resources: Sequence[ResourceVerdict]) -> bool:
    """Whether a function stays, and with it the need for its image."""
    return any(each.resource.type == types.FUNCTION and each.fate is Fate.STAYS for each in resources)


def _claim(newest: Entry, ledger: Ledger, target: Target, reason: str) -> Claim:
    live = ledger.live
    named = (live or newest).claim
    return replace(
        named,
        number=ledger.next_number,
        action="remove",
        before=live.number if live else 0,
        run=target.runs.present(),
        reason=reason,
        began=claiming.now(target.clock),
    )


def apply(plan: RemovalPlan, place: Removing) -> RemovalResult:
    """Carry out ``plan``. Running it again goes on where it stopped.

    Raises:
        ConflictError: it may not begin, or another run was faster; nothing was changed.
        RemoteError: the stack or an image could not be deleted to the end, which the ledger says.
        MachineError: this machine cannot go on (credentials); the claim stays open.
    """
    target = place.target
    if plan.stops:
        raise ConflictError(
            "; ".join(each.why for each in plan.stops),
            untouched="everything",
            next_step="; ".join(each.next_step for each in plan.stops),
        )
    if plan.claim is None:
        return RemovalResult(plan)
    claimed = claiming.write(replace(plan.claim, began=claiming.now(target.clock)), target)
    for entry in plan.abandoned:
        claiming.abandon(entry, target)
    seconds: dict[str, float] = {}
    try:
        with timed(seconds, "stack", target.clock):
            left = stackdeletion.delete(target, place.demolition, plan.staying)
        with timed(seconds, "images", target.clock):
            spared = _delete_shelved(plan, place)
    except MachineError as failure:
        raise MachineError(
            f"{plan.environment} is half removed: {failure.message}",
            untouched=f"{claimed.claim.tag} stays open; what CloudFormation began goes on",
            next_step=f"{failure.next_step or 'mend this machine'}; then run the same command again",
        ) from failure
    except ReleaseError as failure:
        _fail(claimed, failure, seconds, target)
        raise
    recorded = claiming.end(claimed, Result.REMOVED, target, seconds=seconds)
    return RemovalResult(plan, recorded, left, spared)


def _fail(claimed: Claimed, failure: ReleaseError, seconds: Mapping[str, float], target: Target) -> None:
    try:
        claiming.end(claimed, Result.FAILED, target, seconds=seconds, problem=failure.message)
    except ReleaseError as second:  # what a person must do now is more than what the ledger says
        log.warning("%s could not be ended in the ledger: %s", claimed.claim.tag, second.message)


def _delete_shelved(plan: RemovalPlan, place: Removing) -> tuple[str, ...]:
    """Delete what was shown and is still needed by nobody; answers the names of what something came to need."""
    if not plan.going:
        return ()
    if place.target.stack() is not None:
        raise RemoteError(f"stack {place.target.environment.stack} is there again", next_step="run this again")
    targets = [*place.targets.values()]
    seen = pruneseen.holdings(targets, [place.name], place.config, place.shelves)
    now = removalimages.decide(
        seen, place.name, place.config, place.target.clock.now(), runs_on=_runs_on(plan.resources)
    )
    shown = {each.digests for each in plan.going}
    there = tuple(each for each in now if each.goes and each.digests in shown)
    spared = tuple(each.name for each in now if not each.goes and each.digests in shown)
    ordered = removalimages.ordered(there, seen)
    prune.apply(PrunePlan((place.name,), False, (), there, ordered, seen.states), place.shelves, place.target.store)
    return spared
