"""The ledger as it was before records: entries read from tags, the half-written one completed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.deployments import legacy as ledger
from release.deployments.legacy import Deployment
from release.errors import ConflictError

A, B, C = ("sha256:" + letter * 64 for letter in "abc")


def test_entries_are_read_in_the_order_of_their_numbers_not_of_their_tags() -> None:
    tags = {f"staging-{n}-v1.0.{n}": A for n in (10, 9, 2, 1)}
    found = ledger.deployments("staging", {"export": tags})
    assert [entry.number for entry in found] == [1, 2, 9, 10]


def test_other_tags_and_other_environments_are_not_read() -> None:
    tags = {"staging-1-v1.0.0": A, "staging-eu-1-v1.0.0": B, "1.0.0": A, "inputs-0123456789abcdef": A}
    assert [entry.digests for entry in ledger.deployments("staging", {"export": tags})] == [{"export": A}]


@given(st.lists(st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1"]), max_size=6))
def test_entries_written_as_tags_are_read_back_unchanged(versions: list[str]) -> None:
    digests = {"1.0.0": {"export": A, "report": B}, "1.1.0": {"export": C, "report": B}, "2.0.0-rc.1": {"export": C}}
    written = tuple(Deployment("staging", n, v, digests[v]) for n, v in enumerate(versions, 1))
    tags: dict[str, dict[str, str]] = {"export": {}, "report": {}}
    for entry in written:
        for image, digest in entry.digests.items():
            tags[image][entry.tag] = digest
    assert ledger.deployments("staging", tags) == written


def test_two_versions_under_one_number_stop_everything() -> None:
    tags = {"export": {"staging-3-v1.0.0": A}, "report": {"staging-3-v1.1.0": B}}
    with pytest.raises(ConflictError, match=r"two entries 3: v1\.0\.0 and v1\.1\.0") as caught:
        ledger.deployments("staging", tags)
    assert caught.value.next_step


def test_a_half_written_entry_is_completed_from_the_tags_of_its_version() -> None:
    """faults.md, 15: a crash between two ledger tags."""
    tags = {"export": {"1.0.0": A, "staging-1-v1.0.0": A}, "report": {"1.0.0": B}}
    assert ledger.deployments("staging", tags)[-1].digests == {"export": A, "report": B}


def test_an_image_that_came_later_is_not_missing_from_an_older_entry() -> None:
    tags = {"export": {"1.0.0": A, "staging-1-v1.0.0": A}, "charts": {"1.1.0": B}}
    assert [entry.digests for entry in ledger.deployments("staging", tags)] == [{"export": A}]


def test_without_ledger_tags_there_are_no_entries() -> None:
    assert ledger.deployments("staging", {"export": {"1.0.0": A}}) == ()


@given(st.text(max_size=60))
def test_any_other_tag_is_no_ledger_entry(text: str) -> None:
    entry = ledger.parse_ledger(text)
    assert entry is None or Deployment(*entry, {}).tag == text


def test_the_commits_of_versions_are_read_from_their_bindings_only() -> None:
    names = dict.fromkeys([f"sha-{'f' * 40}", "1.4.0", f"1.4.0-rc.1_{'e' * 40}", f"1.4.0_{'c' * 40}"], A)
    assert ledger.commits({"export": names, "report": {f"1.4.0_{'d' * 40}": B}}) == {
        "1.4.0-rc.1": ("e" * 40,),
        "1.4.0": ("c" * 40, "d" * 40),
    }
