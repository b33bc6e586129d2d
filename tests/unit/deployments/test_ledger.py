"""The ledger: entries read from tags, the half-written one, and where a rollback goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.deployments import ledger
from release.deployments.model import Deployment
from release.errors import ConflictError, NotFoundError

A, B, C = ("sha256:" + letter * 64 for letter in "abc")


def entries(*versions: str) -> tuple[Deployment, ...]:
    """Complete entries of one image whose digest is its version."""
    return tuple(Deployment("production", n, v, {"export": f"sha256:{v}"}) for n, v in enumerate(versions, 1))


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
    found = ledger.deployments("staging", tags)
    assert ledger.unfinished(found, tags) == {"report": B}
    assert ledger.completed(found, tags)[-1].digests == {"export": A, "report": B}


def test_an_image_that_came_later_is_not_missing_from_an_older_entry() -> None:
    tags = {"export": {"1.0.0": A, "staging-1-v1.0.0": A}, "charts": {"1.1.0": B}}
    found = ledger.deployments("staging", tags)
    assert ledger.unfinished(found, tags) == {}
    assert ledger.completed(found, tags) == found


def test_without_entries_nothing_is_unfinished() -> None:
    assert ledger.unfinished((), {"export": {"1.0.0": A}}) == {}


@pytest.mark.parametrize(
    ("history", "half_written", "live", "expected"),
    [
        (["0.1.0", "0.2.0"], False, "0.2.0", "0.1.0"),
        (["0.1.0", "0.2.0", "0.3.0", "0.2.0"], False, "0.2.0", "0.1.0"),  # going back twice does not swing
        (["0.1.0", "0.2.0"], False, "0.3.0", "0.2.0"),  # 0.3.0 was deployed, but cut off before its proof
        (["0.1.0", "0.2.0"], False, "", "0.2.0"),  # there is no stack any more
        (["0.1.0", "0.2.0"], False, "0.1.0", "0.1.0"),  # a rollback that was cut off before its ledger entry
        (["0.1.0", "0.2.0", "0.1.0"], True, "0.1.0", "0.1.0"),  # … or within it: finished, not gone back twice
        (["0.1.0", "0.2.0"], True, "0.2.0", "0.1.0"),  # a deployment cut off within its ledger entry is taken back
        (["0.1.0", "0.2.0", "0.2.0"], True, "0.2.0", "0.1.0"),  # the same after the same version was deployed twice
    ],
)
def test_a_rollback_without_a_version_goes_to_the_deployment_before(
    history: list[str], half_written: bool, live: str, expected: str
) -> None:
    found = ledger.to_go_back_to(entries(*history), half_written=half_written, live_version=live)
    assert found.version == expected


def test_before_the_first_deployment_there_is_none() -> None:
    """faults.md, 24."""
    with pytest.raises(NotFoundError, match=r"no deployment before v0\.1\.0") as caught:
        ledger.previous(entries("0.1.0"), entries("0.1.0")[-1])
    assert caught.value.next_step == "release history production"


def test_a_version_that_was_deployed_twice_is_found_as_its_newest_entry() -> None:
    assert ledger.named(entries("0.1.0", "0.2.0", "0.1.0"), "0.1.0", "production").number == 3


def test_a_version_that_was_never_deployed_is_refused_with_those_that_were() -> None:
    """faults.md, 24."""
    with pytest.raises(NotFoundError, match=r"never deployed to production \(known: 0\.2\.0, 0\.1\.0\)"):
        ledger.named(entries("0.1.0", "0.2.0"), "0.3.0", "production")
