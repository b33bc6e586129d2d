"""The ledger of claims and outcomes: names alone first, documents when they are looked at, contradictions refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.claims import (
    Result,
    Served,
    claim_from,
    claim_json,
    outcome_from,
    outcome_json,
    parse_tag,
)
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import PAGE, named, read
from release.errors import ConflictError, NotFoundError
from release.releases.stored import Content
from tests.support.ledgers import LEDGER, RELEASE, Shelf, claim, ledger, outcome

PROVEN, PUT_BACK, FAILED, ABANDONED = Result.PROVEN, Result.PUT_BACK, Result.FAILED, Result.ABANDONED


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


@pytest.mark.parametrize(
    ("history", "live", "previous"),
    [
        ([("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PROVEN)], 2, 1),
        ([("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PUT_BACK)], 1, None),
        ([("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PROVEN), ("1.2.0", "deploy", FAILED)], 2, 1),
        # back from 1.1.0 to 1.0.0: nothing came before 1.0.0, and going back never swings forth
        ([("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PROVEN), ("1.0.0", "rollback", PROVEN)], 3, None),
        (
            [
                ("1.0.0", "deploy", PROVEN),
                ("1.1.0", "deploy", PROVEN),
                ("1.2.0", "deploy", PROVEN),
                ("1.1.0", "rollback", PROVEN),
            ],
            4,
            1,
        ),
        # the same release again, over drift: the deployment before is still the other one
        ([("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PROVEN), ("1.1.0", "deploy", PROVEN)], 3, 1),
        # forward again after a rollback: back is where that rollback went
        (
            [
                ("1.0.0", "deploy", PROVEN),
                ("1.1.0", "deploy", PROVEN),
                ("1.0.0", "rollback", PROVEN),
                ("1.2.0", "deploy", PROVEN),
            ],
            4,
            3,
        ),
        ([("1.0.0", "deploy", ABANDONED), ("1.0.0", "deploy", PROVEN)], 2, None),
    ],
)
def test_a_rollback_goes_to_the_deployment_before_the_live_release_and_never_swings(
    history: list[tuple[str, str, Result | None]], live: int, previous: int | None
) -> None:
    found = ledger(*history)
    assert found.live is not None
    assert found.live.number == live
    if previous is None:
        with pytest.raises(NotFoundError):
            found.previous()
    else:
        assert found.previous().number == previous


def test_a_version_is_found_where_it_was_proven_last_and_nowhere_else() -> None:
    found = ledger(("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", PUT_BACK), ("1.0.0", "rollback", PROVEN))
    assert found.of_version("1.0.0").number == 3
    with pytest.raises(NotFoundError, match=r"v1\.1\.0 was never proven in production \(known: 1\.0\.0\)"):
        found.of_version("1.1.0")


def test_claims_without_an_outcome_are_open_and_the_next_number_comes_after_all_of_them() -> None:
    found = ledger(("1.0.0", "deploy", PROVEN), ("1.1.0", "deploy", None))
    assert [entry.number for entry in found.open] == [2]
    assert found.next_number == 3
    assert ledger().next_number == 1
    assert ledger().newest is None


def test_walking_a_ledger_twice_at_once_loses_nothing() -> None:
    found = ledger(*[("1.0.0", "deploy", PROVEN)] * (PAGE + 2))
    assert [(a.number, b.number) for a, b in zip(found, found, strict=True)] == [
        (number, number) for number in range(PAGE + 2, 0, -1)
    ]


def test_what_is_served_is_what_a_put_back_published_for_the_live_release() -> None:
    shelf = Shelf()
    shelf.end(claim(1), outcome(shelf.claim(claim(1))))
    digest = shelf.claim(claim(2, "1.5.0"))
    again = {"ExportFunction": Served("app-export", "9", "sha256:" + "1" * 64)}
    shelf.end(claim(2, "1.5.0"), replace(outcome(digest, PUT_BACK), functions=again))
    digest = shelf.claim(claim(3, "1.6.0", before=1))
    shelf.end(claim(3, "1.6.0", before=1), outcome(digest, FAILED))
    read_again = Ledger("production", shelf, LEDGER)
    assert read_again.live is not None
    assert read_again.live.number == 1
    assert read_again.served == again
    assert ledger().served == {}
