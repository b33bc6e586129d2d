"""A target's ledger: its claims and outcomes, read from a repository of artifacts, newest first.

Only names are read at first, whatever the number of deployments; the documents of those that are looked at come a
hundred at a time. No other database exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from release.deployments.claims import (
    CLAIM_TYPE,
    OUTCOME_TYPE,
    Claim,
    Outcome,
    Result,
    Served,
    claim_from,
    outcome_from,
    parse_tag,
)
from release.errors import ConflictError, NotFoundError
from release.releases.ports import Store
from release.releases.stored import Stored

#: How many entries are read at once: ECR's "BatchGetImage" takes 100 image ids, and an entry has two artifacts.
PAGE = 50


@dataclass(frozen=True)
class Named:
    """One deployment by its names alone: the claim's digest ("" when there is none) and each outcome's."""

    number: int
    claim: str = ""
    results: Mapping[Result, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One deployment: what was claimed, and how it ended; None while it is under way or when its run died."""

    claim: Claim
    digest: str
    outcome: Outcome | None

    @property
    def number(self) -> int:
        """The deployment's number in its environment."""
        return self.claim.number

    @property
    def result(self) -> Result | None:
        """How it ended; None while it is under way, or when its run died."""
        return self.outcome.result if self.outcome else None

    @property
    def is_proven(self) -> bool:
        """Whether it was proven."""
        return self.result is Result.PROVEN


class Ledger:
    """One target's deployments as they are now, newest first; each page of documents is read once, when it is needed.

    Raises ConflictError, from whatever looks at an entry that contradicts itself.
    """

    def __init__(self, environment: str, store: Store, repository: str) -> None:
        self.environment, self.repository = environment, repository
        self.names = named(environment, store.tags(repository))
        self._unread = read(self.names, store, repository)
        self._seen: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        place = 0
        while True:
            while place < len(self._seen):
                yield self._seen[place]
                place += 1
            entry = next(self._unread, None)
            if entry is None:
                return
            self._seen.append(entry)

    @property
    def newest(self) -> Entry | None:
        """The newest entry, however it ended."""
        return next(iter(self), None)

    @property
    def next_number(self) -> int:
        """The number of the next claim."""
        return self.names[0].number + 1 if self.names else 1

    @property
    def open(self) -> tuple[Entry, ...]:
        """The claims without an outcome. Only names are read for it, then their documents."""
        numbers = {each.number for each in self.names if not each.results}
        return tuple(self._of(numbers))

    def proven(self) -> Iterator[Entry]:
        """The proven entries, newest first."""
        return (entry for entry in self._of({n.number for n in self.names if Result.PROVEN in n.results}))

    def _of(self, numbers: set[int]) -> Iterator[Entry]:
        left = len(numbers)
        for entry in self if numbers else ():
            if entry.number in numbers:
                yield entry
                left -= 1
                if not left:
                    return

    @property
    def live(self) -> Entry | None:
        """The newest proven entry: what the target runs, unless a deployment since then failed for good."""
        return next(self.proven(), None)

    @property
    def served(self) -> Mapping[str, Served]:
        """What each function was last proven to serve; a put-back may have published versions of its own for it."""
        live = self.live
        for entry in self if live else ():
            if entry.outcome and entry.result in (Result.PROVEN, Result.PUT_BACK):
                return entry.outcome.functions
        return {}

    def previous(self) -> Entry:
        """The proven deployment before the live release went in for the first time.

        Going back twice must not swing between two releases. So a live entry that is itself a return leads to the
        deployment that once brought its release forward, and from there to the one before it.

        Raises:
            NotFoundError: there is none.
        """
        live = entry = self.live
        release = entry.claim.release if entry else ""
        while entry is not None:
            if entry.claim.action == "rollback":
                entry = next((e for e in self._older(entry) if e.claim.release == release), None)
            else:
                entry = next((e for e in self._older(entry) if e.number == entry.claim.before), None)
                if entry is not None and entry.claim.release != release:
                    return entry
        raise NotFoundError(
            f"{self.environment} has no deployment before {f'v{live.claim.version}' if live else 'the first'}",
            untouched="everything",
            next_step=f"release history {self.environment}",
        )

    def _older(self, entry: Entry) -> Iterator[Entry]:
        return (each for each in self.proven() if each.number < entry.number)

    def of_version(self, version: str) -> Entry:
        """The newest proven entry of ``version``. Raises NotFoundError: it was never proven here."""
        seen: dict[str, None] = {}
        for entry in self.proven():
            if entry.claim.version == version:
                return entry
            seen[entry.claim.version] = None
        raise NotFoundError(
            f"v{version} was never proven in {self.environment} (known: {', '.join(seen) or 'nothing yet'})",
            untouched="everything",
            next_step=f"release history {self.environment}",
        )

    def has_proven(self, release: str) -> bool:
        """Whether the release with this record's digest was ever proven here."""
        return any(entry.claim.release == release for entry in self.proven())


def named(environment: str, tags: Mapping[str, str]) -> tuple[Named, ...]:
    """The deployments of ``environment`` among the tags of its ledger (tag -> digest), newest first."""
    claims: dict[int, str] = {}
    results: dict[int, dict[Result, str]] = {}
    for tag, digest in tags.items():
        parsed = parse_tag(tag)
        if parsed is None or parsed[0] != environment:
            continue
        _, number, result = parsed
        if result is None:
            claims[number] = digest
        else:
            results.setdefault(number, {})[result] = digest
    numbers = sorted({*claims, *results}, reverse=True)
    return tuple(Named(number, claims.get(number, ""), results.get(number, {})) for number in numbers)


def read(names: Sequence[Named], store: Store, repository: str) -> Iterator[Entry]:
    """The entries of ``names``, in that order; documents are fetched as the caller goes on.

    Raises:
        ConflictError: an entry contradicts itself, or cannot be read; nothing may be guessed then.
    """
    for start in range(0, len(names), PAGE):
        page = names[start : start + PAGE]
        wanted = [digest for each in page for digest in (each.claim, *each.results.values()) if digest]
        found = store.read(repository, wanted) if wanted else {}
        yield from (_entry(each, found, repository) for each in page)


def _entry(names: Named, found: Mapping[str, Stored], repository: str) -> Entry:
    where = f"entry {names.number} of {repository}"
    if not names.claim:
        raise _contradiction(where, "has an outcome, but no claim")
    claim = claim_from(_document(found[names.claim], CLAIM_TYPE, where), where)
    if claim.number != names.number:
        raise _contradiction(where, f"holds the claim {claim.tag}")
    outcomes = [outcome_from(_document(found[digest], OUTCOME_TYPE, where), where) for digest in names.results.values()]
    for result, outcome in zip(names.results, outcomes, strict=True):
        if outcome.claim != names.claim or outcome.result is not result:
            raise _contradiction(where, f"has an outcome {result.value} that belongs to another claim")
    return Entry(claim, names.claim, _final(where, outcomes))


def _final(where: str, outcomes: Sequence[Outcome]) -> Outcome | None:
    """The outcome that holds: a run that was marked abandoned may have come back, and then its own word does."""
    said = [outcome for outcome in outcomes if outcome.result is not Result.ABANDONED]
    if len(said) > 1:
        raise _contradiction(where, f"ended as {' and as '.join(each.result.value for each in said)}")
    return next(iter((*said, *outcomes)), None)


def _document(stored: Stored, kind: str, where: str) -> bytes:
    if stored.artifact_type != kind or stored.config is None:
        raise _contradiction(where, f"is a {stored.artifact_type}")
    return stored.config


def _contradiction(where: str, what: str) -> ConflictError:
    return ConflictError(
        f"{where} {what}; somebody else than this command wrote it",
        untouched="everything",
        next_step="find out who may write to this repository (pipeline.yaml), then delete what was forged",
    )
