"""The entries of a ledger: what names tell of a deployment, and what its documents say; a contradiction is refused.

Only names are read at first, whatever the number of deployments; the documents of those that are looked at come a
hundred at a time.
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
    claim_from,
    outcome_from,
    parse_tag,
)
from release.errors import ConflictError
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
