"""Ledgers made by hand: what deployments wrote, in a store of their own."""

from __future__ import annotations

from release.deployments.claims import (
    CLAIM_TYPE,
    OUTCOME_TYPE,
    Claim,
    Outcome,
    Result,
    Run,
    Served,
    claim_json,
    outcome_json,
    outcome_tag,
)
from release.deployments.ledger import Ledger
from release.releases.stored import Content
from tests.fakes.journal import Journal
from tests.fakes.store import FakeStore

RELEASE = "sha256:" + "a" * 64
LEDGER = "app/releases/production"


class Shelf(FakeStore):
    """A ledger's repository, with the two things that a deployment writes."""

    def __init__(self) -> None:
        super().__init__(Journal(), LEDGER)

    def claim(self, claim: Claim) -> str:
        """Write a claim; its digest."""
        digest = self.put(LEDGER, Content(CLAIM_TYPE, claim_json(claim)))
        self.tag(LEDGER, digest, claim.tag)
        return digest

    def end(self, claim: Claim, outcome: Outcome) -> None:
        """Write how it ended."""
        digest = self.put(LEDGER, Content(OUTCOME_TYPE, outcome_json(outcome)))
        self.tag(LEDGER, digest, outcome_tag(claim, outcome.result))


def claim(
    number: int, version: str = "1.4.0", release: str = RELEASE, *, action: str = "deploy", before: int | None = None
) -> Claim:
    """A claim of production, made on main; its commit is the version's own."""
    return Claim(
        environment="production",
        number=number,
        action=action,
        release=release,
        version=version,
        commit=(version.replace(".", "") * 40)[:40],
        branch="main",
        position=int(version.replace(".", "")),
        digests={"export": "sha256:" + "1" * 64},
        before=number - 1 if before is None else before,
        run=Run("somebody", "https://example.com/run/1", 1, "host", 7),
        reason="",
        began="2026-11-25T10:00:00+00:00",
    )


def outcome(of: str, result: Result = Result.PROVEN) -> Outcome:
    """How a claim (its digest) ended, five minutes after it began."""
    served = {"ExportFunction": Served("app-export", "7", "sha256:" + "1" * 64)}
    return Outcome(of, result, "2026-11-25T10:05:00+00:00", {"stack": 61.5}, {"health": ""}, served)


def ledger(*deployments: tuple[str, str, Result | None]) -> Ledger:
    """A ledger of ``(version, action, result)``, oldest first; each version is a release of its own."""
    shelf, live = Shelf(), 0
    for number, (version, action, result) in enumerate(deployments, 1):
        made = claim(number, version, release_of(version), action=action, before=live)
        digest = shelf.claim(made)
        if result:
            shelf.end(made, outcome(digest, result))
        live = number if result is Result.PROVEN else live
    return Ledger("production", shelf, LEDGER)


def release_of(version: str) -> str:
    """The digest of a made-up release's record."""
    return "sha256:" + version.replace(".", "").ljust(64, "0")
