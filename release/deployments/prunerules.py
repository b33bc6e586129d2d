"""What may leave the registry: decided for each record, image and ledger entry, with the reason.

A reason to stay is looked for first, the strongest first; what has none goes, if it was asked for. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from release import semver
from release.deployments.ledgerentries import Entry
from release.deployments.pruneimages import images
from release.deployments.prunemodel import Holdings, PrunePlan, PruneVerdict, Surroundings
from release.deployments.pruneorder import steps
from release.deployments.prunewords import age, foreign, named
from release.releases.record import ReleaseRecord
from release.releases.shelved import Shelved
from release.settings.prune import Keep


def decide(
    seen: Holdings, keep: Keep, now: datetime, *, everything: bool, also: Mapping[str, str] | None = None
) -> PrunePlan:
    """What goes and what stays.

    Args:
        everything: what no deployment ever named may go as well (``--all``).
        also: release -> why it stays besides.
    """
    limit = now - timedelta(days=keep.days)
    needed = {**(also or {}), **_needed(seen, keep, now, limit)}
    deployed = _deployed(seen)
    records = tuple(
        _record(digest, seen, needed.get(digest, ""), deployed.get(digest, ""), keep, now, everything=everything)
        for digest in seen.records
    )
    staying = {verdict.digests[0] for verdict in records if not verdict.goes}
    found = (*records, *images(seen, staying, keep, now, everything=everything), *_entries(seen, staying, keep, now))
    return PrunePlan(
        asked=tuple(each.name for each in seen.environments if each.asked),
        everything=everything,
        open=tuple(entry.claim.tag for each in seen.environments for entry in _open(each, seen, limit)),
        verdicts=found,
        steps=steps(found, seen),
        states=seen.states,
    )


def _open(environment: Surroundings, seen: Holdings, limit: datetime) -> Iterator[Entry]:
    """Claims without an outcome, but for those that an earlier prune left, whose release and outcome it took."""
    for entry in environment.entries:
        left = _began(entry) < limit and entry.claim.release not in seen.records
        if entry.result is None and (not left or entry is environment.entries[0]):
            yield entry


def _needed(seen: Holdings, keep: Keep, now: datetime, limit: datetime) -> Mapping[str, str]:
    """Release -> why a target needs it, the strongest reason."""
    found: dict[str, str] = {}
    for release, why in _reasons(seen, keep, now, limit):
        found.setdefault(release, why)
    return found


def _reasons(seen: Holdings, keep: Keep, now: datetime, limit: datetime) -> Iterator[tuple[str, str]]:
    for each in seen.environments:
        if each.live:
            yield each.live.claim.release, f"live in {each.name}"
        yield from each.runs.items()
    for each in seen.environments:
        yield from ((entry.claim.release, f"{entry.claim.tag} is open") for entry in _open(each, seen, limit))
    for each in seen.environments:
        steps_back = islice(dict.fromkeys(each.back), keep.proven)
        yield from ((release, f"a rollback of {each.name} leads to it") for release in steps_back)
    for each in seen.environments:
        last = dict.fromkeys(entry.claim.release for entry in each.present if entry.is_proven)
        why = f"one of the last {keep.proven} proven in {each.name}"
        yield from ((release, why) for release in islice(last, keep.proven))
    for each in seen.environments:
        for entry in each.entries:
            if _began(entry) >= limit:
                yield entry.claim.release, f"{entry.claim.tag} deployed it {age(_began(entry), now)} ago"
    if newest := _newest(seen):
        yield newest, "the newest release, whose settings --project takes"
    for each in seen.environments:
        if not each.asked:
            why = f"{each.name} was not asked for"
            yield from ((entry.claim.release, f"{entry.claim.tag} names it, and {why}") for entry in each.present)


def _newest(seen: Holdings) -> str:
    found = {
        digest: max(versions, key=lambda version: version.precedence)
        for digest, (shelved, _) in seen.records.items()
        if (versions := [version for tag in shelved.tags if (version := semver.try_parse(tag))])
    }
    return max(found, key=lambda digest: found[digest].precedence, default="")


def _deployed(seen: Holdings) -> Mapping[str, str]:
    """Release -> its newest deployment in an environment that was asked for."""
    asked = [entry.claim for each in seen.environments if each.asked for entry in each.entries]
    return {claim.release: claim.tag for claim in reversed(asked)}


def _record(
    digest: str, seen: Holdings, needed: str, deployed: str, keep: Keep, now: datetime, *, everything: bool
) -> PruneVerdict:
    shelved, record = seen.records[digest]
    why = needed or _stays(shelved, record, keep, now)
    if not why and not deployed and not everything:
        why = "it was never deployed where this was asked for; --all looks at it"
    goes = not why
    if goes:
        used = f"last deployed as {deployed}" if deployed else "never deployed"
        why = f"{used}, and {age(shelved.pushed, now)} old"
    name = f"v{record.version}" if record else "no release"
    return PruneVerdict("record", seen.repository, (digest,), named(name, shelved), shelved.size, goes, why)


def _stays(shelved: Shelved, record: ReleaseRecord | None, keep: Keep, now: datetime) -> str:
    if record is None:
        return "it is no release, and nobody knows what for it is"
    if shelved.pushed >= now - timedelta(days=keep.days):
        return f"published {age(shelved.pushed, now)} ago"
    return foreign(shelved)


def _entries(seen: Holdings, staying: set[str], keep: Keep, now: datetime) -> Iterator[PruneVerdict]:
    limit = now - timedelta(days=keep.days)
    for each in seen.environments:
        still_open = {entry.number for entry in _open(each, seen, limit)}
        for entry in each.entries if each.asked else ():
            why = _entry_stays(entry, each, staying, limit, now)
            if entry.number in still_open:
                why = "it is open"
            goes = not why
            if goes:
                why = "its release goes" if entry.claim.release in seen.records else "its release is gone"
            digests = (*each.outcomes.get(entry.number, ()), entry.digest)
            result = entry.result.value if entry.result else "open"
            name = f"{entry.claim.tag}, v{entry.claim.version} {result}"
            yield PruneVerdict("entry", each.repository, digests, name, 0, goes, why)


def _entry_stays(entry: Entry, environment: Surroundings, staying: set[str], limit: datetime, now: datetime) -> str:
    """Why an entry stays. What is live and all after it does: it says what is served, and numbers go on from it."""
    first = environment.live or environment.entries[0]
    if entry.number >= first.number:
        return "it is what is live" if entry is environment.live else "nothing was proven after it"
    if entry.claim.release in staying:
        return "its release stays"
    if _began(entry) >= limit:
        return f"it began {age(_began(entry), now)} ago"
    return ""


def _began(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.claim.began)
