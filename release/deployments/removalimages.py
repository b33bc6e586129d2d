"""Which releases and images go with an environment: those that its deployments name and nobody else needs. Pure.

The rules are prune's, asked of a registry in which the environment is gone already: nothing of it runs, and nothing
leads back to it. So what another environment names stays, and the newest release, and what somebody gave a name; and
beside those what was promoted and is proven here for another one. The ledger stays whole: it is the history, and
numbers go on from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from release import semver
from release.deployments import prunerules
from release.deployments.prunemodel import Holdings, PruneVerdict, Surroundings
from release.deployments.pruneorder import Steps, steps
from release.settings.config import Config
from release.settings.prune import Keep


def decide(
    seen: Holdings, name: str, config: Config, now: datetime, *, runs_on: bool = False
) -> tuple[PruneVerdict, ...]:
    """A verdict on every release and image that a deployment of the environment names, those that go first.

    Args:
        seen: with ``name`` alone asked for.
        runs_on: a function of the environment stays, and needs its image.
    """
    environments = tuple(_gone(each, runs_on=runs_on) if each.name == name else each for each in seen.environments)
    without = replace(seen, environments=environments)
    keep = Keep(proven=config.keep.proven, days=0)  # asked for by name: nothing is too young
    moment = now + timedelta(seconds=1)
    plan = prunerules.decide(without, keep, moment, everything=False, also=_promoted(seen, name, config))
    entries = next((each.entries for each in seen.environments if each.name == name), ())
    named = {entry.claim.release for entry in entries}
    named |= {digest for entry in entries for digest in entry.claim.digests.values()}
    found = [each for each in plan.verdicts if each.kind != "entry" and (each.goes or each.digests[0] in named)]
    told = [replace(each, why=f"only {name} had it") if each.goes and each.kind == "record" else each for each in found]
    return tuple(sorted(told, key=lambda each: not each.goes))


def ordered(verdicts: tuple[PruneVerdict, ...], seen: Holdings) -> Steps:
    """What to delete, in the order in which a crash leaves nothing half."""
    return steps(verdicts, seen)


def _gone(environment: Surroundings, *, runs_on: bool) -> Surroundings:
    newest = environment.entries[0].number if environment.entries else 0
    runs, serves = (environment.runs, environment.serves) if runs_on else ({}, frozenset[str]())
    return replace(environment, runs=runs, serves=serves, back=(), removal=newest)


def _promoted(seen: Holdings, name: str, config: Config) -> Mapping[str, str]:
    """Candidates that got a release version's name, where another environment takes what was proven in this one."""
    taker = next((each.name for each in config.environments.values() if each.proven_in == name), "")
    return dict(_versions(seen, taker)) if taker else {}


def _versions(seen: Holdings, taker: str) -> Iterator[tuple[str, str]]:
    for digest, (shelved, record) in seen.records.items():
        for tag in shelved.tags if record else ():
            version = semver.try_parse(tag)
            if version is not None and not version.is_prerelease and record and tag != record.version:
                yield digest, f"it was promoted as v{tag}, and {taker} may take it"
