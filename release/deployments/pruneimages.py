"""Which images may leave the registry, once it is decided which records do. Pure.

An image may belong to many releases; it goes only when none of those that stay names it. What was attached to an image
(a bill of materials) stays and goes with it, and so do the parts of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from release import semver
from release.deployments.prunemodel import Holdings, PruneVerdict
from release.deployments.prunewords import age, foreign, named
from release.releases.shelved import ManifestLinks, Shelved
from release.settings.prune import Keep


@dataclass(frozen=True)
class _Names:
    """Digest -> who names it: releases that stay, releases that go, and deployments, asked for or not."""

    staying: Mapping[str, str]
    going: Mapping[str, str]
    asked: Set[str]
    others: Mapping[str, str]


def images(seen: Holdings, staying: Set[str], keep: Keep, now: datetime, *, everything: bool) -> Iterator[PruneVerdict]:
    """A verdict on every image.

    Args:
        staying: the records that stay.
    """
    names, served = _named(seen, staying), _served(seen)
    for repository, shelved in seen.images.items():
        links = seen.links.get(repository, {})
        there = {each.digest for each in shelved}
        reasons = {
            each.digest: _stays(each, names, served, keep, now)
            or ("" if everything else _unasked(each.digest, links, names, there))
            for each in shelved
        }
        _spread(reasons, links)
        for each in shelved:
            why = reasons[each.digest]
            goes = not why
            name = named(_called(each, repository), each)
            why = why or _gone(each, names, links, now)
            yield PruneVerdict("image", repository, (each.digest,), name, each.size, goes, why)


def _named(seen: Holdings, staying: Set[str]) -> _Names:
    kept: dict[str, str] = {}
    leaving: dict[str, str] = {}
    for digest, (_, record) in seen.records.items():
        for image in record.images.values() if record else ():
            (kept if digest in staying else leaving).setdefault(image.digest, f"v{record.version}" if record else "")
    claims = [entry.claim for each in seen.environments if each.asked for entry in each.entries]
    asked = {digest for claim in claims for digest in claim.digests.values()}
    unasked = [entry.claim for each in seen.environments if not each.asked for entry in each.present]
    others = {digest: claim.tag for claim in unasked for digest in claim.digests.values()}
    return _Names(kept, leaving, asked, others)


def _served(seen: Holdings) -> Mapping[str, str]:
    """Digest -> the target that names it itself, or whose open or newest deployments do."""
    found = {digest: f"{each.name} runs it" for each in seen.environments for digest in each.serves}
    for each in seen.environments:
        first = each.live or next(iter(each.present), None)
        for entry in each.present:
            if first and entry.number >= first.number:
                for digest in entry.claim.digests.values():
                    found.setdefault(digest, f"{entry.claim.tag} names it")
            for served in entry.outcome.functions.values() if entry is first and entry.outcome else ():
                found.setdefault(served.digest, f"{each.name} serves it")
            if entry.result is None:
                for digest in entry.claim.digests.values():
                    found.setdefault(digest, f"{entry.claim.tag} is open and names it")
    return found


def _stays(each: Shelved, names: _Names, served: Mapping[str, str], keep: Keep, now: datetime) -> str:
    if each.digest in served:
        return served[each.digest]
    if each.digest in names.staying:
        return f"{names.staying[each.digest]} has it"
    if each.pushed >= now - timedelta(days=keep.days):
        return f"pushed {age(each.pushed, now)} ago"
    return foreign(each)


def _spread(reasons: dict[str, str], links: Mapping[str, ManifestLinks]) -> None:
    """What stays keeps its parts, and what was attached to it."""
    changed = True
    while changed:
        changed = False
        for digest, link in links.items():
            if digest in reasons and link.subject in reasons and reasons[link.subject] and not reasons[digest]:
                reasons[digest], changed = "it belongs to an image that stays", True
            for part in link.parts if reasons.get(digest) else ():
                if part in reasons and not reasons[part]:
                    reasons[part], changed = "it is part of an image that stays", True


def _unasked(digest: str, links: Mapping[str, ManifestLinks], names: _Names, there: Set[str]) -> str:
    """Why an image is none of what was asked for; "" when it is."""
    while (subject := links.get(digest, ManifestLinks()).subject) in there:
        digest = subject  # what was attached to an image is asked for with it
    if digest in names.others:
        return f"{names.others[digest]} names it, and was not asked for"
    if digest in names.going or digest in names.asked:
        return ""
    return "nothing that was asked for was ever deployed with it; --all looks at it"


def _gone(each: Shelved, names: _Names, links: Mapping[str, ManifestLinks], now: datetime) -> str:
    if each.digest in names.going:
        return f"only releases that go have it, {names.going[each.digest]} for one"
    if links.get(each.digest, ManifestLinks()).subject:
        return "it was attached to an image that goes, or is gone"
    return f"no release has it, and it is {age(each.pushed, now)} old"


def _called(each: Shelved, repository: str) -> str:
    """An image as people call it: its repository, and its first version or another name that it has."""
    versions = sorted((v for tag in each.tags if (v := semver.try_parse(tag))), key=lambda version: version.precedence)
    known = str(versions[0]) if versions else next(iter(each.tags), "without a name")
    name = "bill of materials" if known.startswith("sbom-") else known
    return f"{repository.rpartition('/')[2]} {name}"
