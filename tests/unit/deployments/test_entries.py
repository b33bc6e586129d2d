"""The ledger of claims and outcomes: names alone first, documents when they are looked at, contradictions refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.claims import (
    CLAIM_TYPE,
    OUTCOME_TYPE,
    Claim,
    Outcome,
    Result,
    Run,
    Served,
    claim_from,
    claim_json,
    outcome_from,
    outcome_json,
    outcome_tag,
    parse_tag,
)
from release.deployments.entries import PAGE, named, read
from release.errors import ConflictError
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
        digest = self.put(LEDGER, Content(CLAIM_TYPE, claim_json(claim)))
        self.tag(LEDGER, digest, claim.tag)
        return digest

    def end(self, claim: Claim, outcome: Outcome) -> None:
        digest = self.put(LEDGER, Content(OUTCOME_TYPE, outcome_json(outcome)))
        self.tag(LEDGER, digest, outcome_tag(claim, outcome.result))


def claim(number: int) -> Claim:
    return Claim(
        environment="production",
        number=number,
        action="deploy",
        release=RELEASE,
        version="1.4.0",
        commit="c" * 40,
        digests={"export": "sha256:" + "1" * 64},
        before=number - 1,
        run=Run("somebody", "https://example.com/run/1", 1, "host", 7),
        reason="",
        began="2026-11-25T10:00:00+00:00",
    )


def outcome(of: str, result: Result = Result.PROVEN) -> Outcome:
    served = {"ExportFunction": Served("app-export", "7", "sha256:" + "1" * 64)}
    return Outcome(of, result, "2026-11-25T10:05:00+00:00", {"stack": 61.5}, {"health": ""}, served)


def test_claims_and_outcomes_come_back_as_they_were_written() -> None:
    assert claim_from(claim_json(claim(3)), "it") == claim(3)
    assert outcome_from(outcome_json(outcome(RELEASE)), "it") == outcome(RELEASE)


@pytest.mark.parametrize(
    ("tag", "parsed"),
    [
        ("production-12", ("production", 12, None)),
        ("production-12-proven", ("production", 12, Result.PROVEN)),
        ("eu-west-1-put-back", ("eu-west", 1, Result.PUT_BACK)),
        ("production-012", None),
        ("production-0", None),
        ("production-12-done", None),
        ("1.4.0", None),
        ("sha-" + "a" * 40, None),
        ("production-12-v1.4.0", None),
    ],
)
def test_a_tag_is_a_claim_an_outcome_or_somebody_elses(tag: str, parsed: object) -> None:
    assert parse_tag(tag) == parsed


def test_a_deployment_under_way_has_no_outcome_and_a_proven_one_says_what_it_serves() -> None:
    shelf = Shelf()
    shelf.end(claim(1), outcome(shelf.claim(claim(1))))
    shelf.claim(claim(2))
    newest, before = read(named("production", shelf.tags(LEDGER)), shelf, LEDGER)
    assert (newest.number, newest.outcome) == (2, None)
    assert before.is_proven
    assert before.outcome is not None
    assert before.outcome.functions["ExportFunction"].version == "7"


def test_other_environments_and_other_tags_are_not_ours() -> None:
    shelf = Shelf()
    digest = shelf.claim(claim(1))
    shelf.named[LEDGER] |= {"staging-1": digest, "1.4.0": digest, "production-9-v1.4.0": digest}
    assert [each.number for each in named("production", shelf.tags(LEDGER))] == [1]


def test_the_newest_of_ten_thousand_is_read_without_the_others() -> None:
    shelf = Shelf()
    for number in range(1, 3 * PAGE + 1):
        shelf.end(claim(number), outcome(shelf.claim(claim(number))))
    entries = read(named("production", shelf.tags(LEDGER)), shelf, LEDGER)
    assert next(entries).number == 3 * PAGE
    assert shelf.reads == 1
    assert len(list(entries)) == 3 * PAGE - 1
    assert shelf.reads == 3


def test_a_run_that_was_thought_dead_and_came_back_has_the_last_word() -> None:
    shelf = Shelf()
    digest = shelf.claim(claim(1))
    shelf.end(claim(1), outcome(digest, Result.ABANDONED))
    shelf.end(claim(1), outcome(digest))
    (entry,) = read(named("production", shelf.tags(LEDGER)), shelf, LEDGER)
    assert entry.is_proven


def test_an_outcome_without_its_claim_is_refused() -> None:
    shelf = Shelf()
    shelf.end(claim(1), outcome(RELEASE))
    with pytest.raises(ConflictError, match="an outcome, but no claim"):
        list(read(named("production", shelf.tags(LEDGER)), shelf, LEDGER))


def test_an_outcome_of_another_claim_is_refused() -> None:
    shelf = Shelf()
    shelf.claim(claim(1))
    shelf.end(claim(1), outcome(RELEASE))
    with pytest.raises(ConflictError, match="belongs to another claim"):
        list(read(named("production", shelf.tags(LEDGER)), shelf, LEDGER))


def test_two_ends_of_one_deployment_are_refused() -> None:
    shelf = Shelf()
    digest = shelf.claim(claim(1))
    shelf.end(claim(1), outcome(digest))
    shelf.end(claim(1), outcome(digest, Result.FAILED))
    with pytest.raises(ConflictError, match="ended as"):
        list(read(named("production", shelf.tags(LEDGER)), shelf, LEDGER))


def test_a_claim_under_another_number_is_refused() -> None:
    shelf = Shelf()
    shelf.named[LEDGER]["production-2"] = shelf.claim(claim(1))
    with pytest.raises(ConflictError, match="holds the claim production-1"):
        list(read(named("production", shelf.tags(LEDGER)), shelf, LEDGER))


def test_a_release_in_the_place_of_a_claim_is_refused() -> None:
    shelf = Shelf()
    shelf.named[LEDGER]["production-1"] = shelf.put(LEDGER, Content("application/json", claim_json(claim(1))))
    with pytest.raises(ConflictError, match="is a application/json"):
        list(read(named("production", shelf.tags(LEDGER)), shelf, LEDGER))


@pytest.mark.parametrize("key", ["environment", "number", "release", "run", "before"])
def test_a_claim_that_lacks_something_is_refused(key: str) -> None:
    whole = claim_json(claim(1)).decode()
    with pytest.raises(ConflictError, match="cannot be read"):
        claim_from(whole.replace(f'"{key}":', f'"{key}x":').encode(), "entry 1")
    with pytest.raises(ConflictError, match="cannot be read"):
        claim_from(claim_json(replace(claim(1), release="latest")), "entry 1")
