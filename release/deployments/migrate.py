"""release migrate: a ledger that is still registry tags (:mod:`legacy`) is read once and written as records.

Numbers, versions and commits stay. What the tags never said (who, when, why, how long) is not made up: the claim says
that it was moved over, and its times are the commit's. The old tags stay where they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from release import semver
from release.deployments import legacy
from release.deployments.claims import (
    CLAIM_TYPE,
    OUTCOME_TYPE,
    Claim,
    Outcome,
    Result,
    Run,
    claim_json,
    outcome_json,
    outcome_tag,
)
from release.deployments.ledger import Ledger
from release.deployments.target import ledger_repository
from release.errors import ConflictError, ReleaseError
from release.images.inputs import inputs_tag
from release.images.ports import Registry
from release.releases import bundling, drafting, recording
from release.releases.drafting import Draft
from release.releases.ports import Store
from release.releases.record import RecordedVerdict
from release.releases.stored import Content
from release.settings import config as config_file
from release.settings.bundle import Limits
from release.settings.config import Config
from release.versions.ports import Git

log = logging.getLogger("release.migrate")
NEXT = "release migrate shows what will be written, release migrate --yes writes it"


@dataclass(frozen=True)
class OldRelease:
    """One commit that was published, under one name or two (a candidate's and a release's).

    Attributes:
        versions: oldest first; the record gets the first, the others are names of it.
        images: image -> ``(inputs, digest)``.
        record: the digest of the record that it has already, or "".
        problem: why it cannot be moved, or "".
    """

    versions: tuple[str, ...]
    commit: str
    images: Mapping[str, tuple[str, str]]
    record: str = ""
    problem: str = ""


@dataclass(frozen=True)
class OldEntry:
    """One deployment of the old ledger. ``there``: the ledger has it already; ``problem``: why it cannot be moved."""

    environment: str
    number: int
    version: str
    commit: str
    there: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Migration:
    """All that there is to move, oldest first. ``left``: versions that were published and never deployed."""

    releases: tuple[OldRelease, ...]
    entries: tuple[OldEntry, ...]
    left: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a project's releases are: in git, in the registry of images and in the store of records."""

    config: Config
    git: Git
    registry: Registry
    store: Store
    limits: Limits


def plan_migration(place: Place) -> Migration:
    """What moving over takes. Changes nothing.

    Every version that was deployed anywhere, and what was published after the newest of them, gets its record.

    Raises:
        ConflictError: the old ledger contradicts itself.
        NotFoundError: a repository of the records is not there.
    """
    config = place.config
    place.store.tags(config.records)
    tags = {name: place.registry.tags(image.repository) for name, image in config.images.items()}
    old = {environment: legacy.deployments(environment, tags) for environment in config.environments}
    digests = {entry.version: dict(entry.digests) for entries in old.values() for entry in entries}
    bound = legacy.commits(tags)
    newest = max((semver.parse(version).precedence for version in digests), default=None)
    later = [v for v in bound if v not in digests and (newest is None or semver.parse(v).precedence > newest)]
    for version in later:
        digests[version] = {name: named[version] for name, named in tags.items() if version in named}
    releases = tuple(_releases(place, tags, digests, bound))
    return Migration(releases, tuple(_entries(place, old, releases)), tuple(_sorted(set(bound) - set(digests))))


def _sorted(versions: Sequence[str] | set[str]) -> list[str]:
    return sorted(versions, key=lambda version: semver.parse(version).precedence)


def _releases(
    place: Place,
    tags: legacy.TagsByImage,
    digests: Mapping[str, Mapping[str, str]],
    bound: Mapping[str, tuple[str, ...]],
) -> Iterator[OldRelease]:
    by_commit: dict[str, list[str]] = {}
    for version in _sorted(set(digests)):
        commits = bound.get(version, ())
        if len(commits) == 1:
            by_commit.setdefault(commits[0], []).append(version)
        else:
            problem = (
                f"tags bind it to several commits: {', '.join(commits)}" if commits else "no tag binds it to a commit"
            )
            yield OldRelease((version,), commits[0] if commits else "", {}, problem=problem)
    for commit, versions in by_commit.items():
        found = digests[versions[0]]
        images = {name: (_inputs(tags.get(name, {}), digest), digest) for name, digest in found.items()}
        release = OldRelease(tuple(versions), commit, images)
        if other := next((v for v in versions if digests[v] != found), ""):
            yield replace(release, problem=f"v{other} has other images than v{versions[0]}")
            continue
        try:
            there = recording.known(versions[0], commit, place.store, place.config.records)
            if not there:
                _check(place, release)
            yield replace(release, record=there)
        except ReleaseError as error:
            yield replace(release, problem=error.message)


def _inputs(tags: Mapping[str, str], digest: str) -> str:
    """What the image was built from; "" when no tag says it."""
    prefix = inputs_tag("")
    found = sorted(tag for tag, each in tags.items() if each == digest and tag.startswith(prefix))
    return found[0].removeprefix(prefix) if found else ""


def _check(place: Place, release: OldRelease) -> None:
    """Raise what would go wrong while its record is written."""
    config = _settings(place, release)
    missing = sorted(set(config.images) - set(release.images))
    unknown = [name for name, (inputs, _) in release.images.items() if not inputs]
    if missing or unknown:
        what = f"image {missing[0]} has no tag of it" if missing else f"image {unknown[0]} was never published whole"
        raise ConflictError(what, untouched="everything", next_step=NEXT)
    drafting.record_of(_draft(place, release, config), config, place.git, place.registry)
    bundling.named_paths(place.git, release.commit, config.template)


def _settings(place: Place, release: OldRelease) -> Config:
    """release.toml of its commit, read as history."""
    return config_file.parse_history(place.git.show(release.commit, "release.toml").decode(errors="replace"))


def _draft(place: Place, release: OldRelease, config: Config) -> Draft:
    here = place.git.checkout()
    return Draft(
        version=release.versions[0],
        commit=release.commit,
        images={name: release.images[name] for name in config.images},
        sboms={},
        verdicts={
            name: RecordedVerdict("not known: published before there were records", "") for name in config.images
        },
        changes="",
        branch=here.branch if place.git.is_ancestor(release.commit, here.commit) else "",
    )


def _entries(
    place: Place, old: Mapping[str, Sequence[legacy.Deployment]], releases: Sequence[OldRelease]
) -> Iterator[OldEntry]:
    by_version = {version: release for release in releases for version in release.versions}
    for environment, entries in old.items():
        if not entries:
            continue
        ledger = Ledger(environment, place.store, ledger_repository(place.config.records, environment))
        there = {entry.number: entry for entry in ledger}
        moved = {each.number: _reason(each.tag) for each in entries}
        last = entries[-1].number
        foreign = [
            each for each in there.values() if each.number <= last and each.claim.reason != moved.get(each.number)
        ]
        for each in entries:
            release = by_version[each.version]
            problem = f"v{each.version} cannot be moved: {release.problem}" if release.problem else ""
            if foreign:
                problem = f"{ledger.repository} has a deployment #{foreign[0].number} of its own"
            done = each.number in there and there[each.number].is_proven
            yield OldEntry(environment, each.number, each.version, release.commit, done and not foreign, problem)


def _reason(tag: str) -> str:
    return f"moved over from the tag {tag}"


def apply(
    migration: Migration, place: Place, scratch: Callable[[], Path], said: Callable[[str], None] = log.info
) -> None:
    """Write what can be moved: records first, then each ledger from its newest entry back.

    After a crash at any point the same command finishes it: what is there is found by its name. The newest entry first,
    so that a deployment in between takes the next number and no old one's.

    Args:
        scratch: makes an empty folder.
    """
    records: dict[str, str] = {}
    for release in migration.releases:
        if release.problem:
            continue
        digest = release.record
        if not digest:
            config = _settings(place, release)
            draft = _draft(place, release, config)
            where = replace(config, records=place.config.records)
            digest = drafting.publish(draft, where, place.git, place.registry, place.store, scratch(), place.limits)
        for version in release.versions[1:]:
            place.store.tag(place.config.records, digest, version)
        records |= dict.fromkeys(release.versions, digest)
        said(f"v{release.versions[-1]} of {release.commit[:12]} is {digest}")
    before: dict[str, OldEntry] = {}
    following = []
    for entry in migration.entries:
        earlier = before.get(entry.environment)
        following.append((entry, earlier))
        before[entry.environment] = entry
    for entry, earlier in reversed(following):
        if not entry.problem and not entry.there:
            action = _action(entry.version, earlier.version if earlier else "")
            _write(entry, action, records[entry.version], earlier.number if earlier else 0, place)
            said(f"{entry.environment}-{entry.number} is v{entry.version}")


def _action(version: str, before: str) -> str:
    """What a deployment was: an older version than the one before went in by a rollback only (no downgrade, rule 7)."""
    back = before and semver.parse(version).precedence < semver.parse(before).precedence
    return "rollback" if back else "deploy"


def _write(entry: OldEntry, action: str, digest: str, before: int, place: Place) -> None:
    """The claim and the outcome of one old deployment; equal facts are equal documents, so again is no error."""
    record = recording.by_digest(digest, place.store, place.config.records)
    tag = legacy.Deployment(entry.environment, entry.number, entry.version, record.digests).tag
    claim = Claim(
        environment=entry.environment,
        number=entry.number,
        action=action,
        release=digest,
        version=entry.version,
        commit=record.commit,
        branch=record.branch,
        position=record.position,
        digests=record.digests,
        before=before,
        run=Run("not known"),
        reason=_reason(tag),
        began=record.created,
    )
    repository = ledger_repository(place.config.records, entry.environment)
    claimed = place.store.put(repository, Content(CLAIM_TYPE, claim_json(claim)))
    place.store.tag(repository, claimed, claim.tag)
    outcome = Outcome(claim=claimed, result=Result.PROVEN, ended=record.created)
    ended = place.store.put(repository, Content(OUTCOME_TYPE, outcome_json(outcome)))
    place.store.tag(repository, ended, outcome_tag(claim, Result.PROVEN))


def check_moved(environment: str, ledger: Ledger, repositories: Sequence[str], registry: Registry) -> None:
    """A ledger that is empty, while images carry entries of the old one, was not moved yet.

    Raises:
        ConflictError: then a deployment would have nothing to go back to.
    """
    if ledger.names:
        return
    for repository in repositories:
        entries = (legacy.parse_ledger(tag) for tag in registry.tags(repository))
        if any(entry and entry[0] == environment for entry in entries):
            raise ConflictError(
                f"the deployments of {environment} are still tags on the images of {repository}",
                untouched="everything",
                next_step="release migrate --yes, in a clone; without --yes it shows what it would write",
            )
