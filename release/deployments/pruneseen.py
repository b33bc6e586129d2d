"""What release prune looks at: every target, every ledger, every record, every image. Changes nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from release.deployments import observe, rollback
from release.deployments.deployplan import Observed
from release.deployments.ledger import Ledger
from release.deployments.prunemodel import Holdings, Surroundings, results
from release.deployments.target import Target, ledger_repository
from release.errors import NotFoundError
from release.releases import recording
from release.releases.ports import Shelves, Store
from release.releases.record import RECORD_TYPE, ReleaseRecord, from_json
from release.releases.shelved import Shelved
from release.settings.config import Config

log = logging.getLogger("release.prune")

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
#: How many records are read at once: Amazon ECR API reference, "BatchGetImage".
_PAGE = 100


def holdings(targets: Sequence[Target], asked: Collection[str], config: Config, shelves: Shelves) -> Holdings:
    """The registry and the targets as they are."""
    store = targets[0].store
    known = [ledger_repository(config.records, target.name) for target in targets]
    others = [each for each in shelves.repositories(config.records) if each not in known]
    # Names first: what comes while the rest is read is then seen as a change (prune.apply).
    states = {repository: store.tags(repository) for repository in (config.records, *known, *others)}
    environments = [_environment(target, target.name in asked, states[config.records]) for target in targets]
    environments += [_forgotten(repository, config, store) for repository in others]
    records = _records(config.records, shelves, store)
    kept = [record for _, record in records.values() if record]
    images = _images(kept, config, shelves)
    named = {image.digest for record in kept for image in record.images.values()}
    links = {}
    for repository, shelved in images.items():
        unknown = [each.digest for each in shelved if each.digest not in named]
        links[repository] = shelves.links(repository, unknown) if unknown else {}
    return Holdings(tuple(environments), config.records, records, images, links, states)


def _environment(target: Target, asked: bool, names: Mapping[str, str]) -> Surroundings:
    ledger = target.ledger()
    seen = observe.environment(target, ledger)
    return Surroundings(
        name=target.name,
        asked=asked,
        repository=ledger.repository,
        entries=tuple(ledger),
        outcomes={each.number: results(each.results) for each in ledger.names},
        runs=_runs(seen, names),
        serves=frozenset(_serves(seen)),
        back=_back(seen),
        removal=ledger.removal,
    )


def _runs(seen: Observed, names: Mapping[str, str]) -> Mapping[str, str]:
    """The releases that the stack says it has, and those that its functions' aliases send calls to."""
    found = {}
    if seen.stack:
        commit = names.get(recording.commit_tag(seen.stack.parameters.get("GitSha", "")))
        if commit:
            found[commit] = f"{seen.environment} runs it"
    if seen.running:
        found[seen.running.release] = f"{seen.environment} runs it"
    parts = {(each.function, version) for each in seen.functions.values() if each for version in each.weights}
    for entry in seen.ledger if parts else ():
        for served in entry.outcome.functions.values() if entry.outcome else ():
            if (served.name, served.version) in parts:
                found.setdefault(entry.claim.release, f"{seen.environment} sends a share of its calls to it")
    return found


def _serves(seen: Observed) -> Iterable[str]:
    """The digests that the aliases serve, and all that the stack was deployed with."""
    parameters = seen.stack.parameters.values() if seen.stack else ()
    served = (each.digest for each in seen.functions.values() if each and each.digest)
    return chain(served, (digest for value in parameters for digest in _DIGEST.findall(value)))


def _back(seen: Observed) -> tuple[str, ...]:
    """Where a rollback leads now, and the next one from there, and so on as far as the ledger goes."""
    found = [entry.claim.release for entry in seen.ledger.way_back()]
    if seen.ledger.live:
        try:
            found.insert(0, rollback.to_go_back_to(seen).release)
        except NotFoundError:
            log.debug("there is no way back in %s", seen.environment)
    return tuple(found)


def _forgotten(repository: str, config: Config, store: Store) -> Surroundings:
    """A ledger that is none of release.toml's environments: somebody may run what it names."""
    name = repository.removeprefix(f"{config.records}/")
    ledger = Ledger(name, store, repository)
    outcomes = {each.number: results(each.results) for each in ledger.names}
    back = tuple(entry.claim.release for entry in ledger.way_back())
    return Surroundings(name, False, repository, tuple(ledger), outcomes, back=back, removal=ledger.removal)


def _records(repository: str, shelves: Shelves, store: Store) -> dict[str, tuple[Shelved, ReleaseRecord | None]]:
    found: dict[str, tuple[Shelved, ReleaseRecord | None]] = {}
    shelved = shelves.contents(repository)
    for start in range(0, len(shelved), _PAGE):
        page = shelved[start : start + _PAGE]
        stored = store.read(repository, [each.digest for each in page])
        for each in page:
            artifact = stored[each.digest]
            is_record = artifact.artifact_type == RECORD_TYPE and artifact.config is not None
            where = f"the release {each.digest} of {repository}"
            found[each.digest] = (each, from_json(artifact.config or b"", where) if is_record else None)
    return found


def _images(records: Iterable[ReleaseRecord], config: Config, shelves: Shelves) -> dict[str, tuple[Shelved, ...]]:
    """What lies in the repositories of release.toml's images, and in those that a release names."""
    present = [image.repository for image in config.images.values()]
    former = [image.repository for record in records for image in record.images.values()]
    found = {}
    for repository in dict.fromkeys([*present, *former]):
        try:
            found[repository] = tuple(shelves.contents(repository))
        except NotFoundError:
            if repository in present:
                raise
    return found
