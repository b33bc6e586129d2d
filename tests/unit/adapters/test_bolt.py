"""The bbolt reader against the writer; that both follow bbolt itself is shown by trivy reading the writer's files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud.advisories import ADVISORIES, PIP, RELEASES
from rehearsal.cloud.boltfile import Bucket, bolt_file
from rehearsal.cloud.sample_database import database_file
from release.adapters.trivy.bolt import Corrupt, filled_buckets

names = st.text(min_size=1, max_size=40)
buckets = st.dictionaries(names, st.dictionaries(names, st.binary(max_size=9000), max_size=4), max_size=8)


@given(buckets)
def test_every_bucket_that_was_written_with_something_in_it_is_found(root: dict[str, Bucket]) -> None:
    assert filled_buckets(bolt_file(root)) == {name for name, content in root.items() if content}


def test_the_sample_database_holds_severities_and_advisories() -> None:
    debian = {f"debian {release}" for release in RELEASES}
    assert filled_buckets(database_file()) == {"vulnerability", "data-source", PIP, *debian}


def test_every_sample_advisory_names_the_page_it_was_published_on() -> None:
    assert all(advisory.source.startswith("https://") for advisory in ADVISORIES)
    assert all(advisory.ghsa in advisory.source for advisory in ADVISORIES)


@given(st.integers(0, 100))
def test_a_file_cut_off_anywhere_is_corrupt(percent: int) -> None:
    content = database_file()
    with pytest.raises(Corrupt):
        filled_buckets(content[: (len(content) - 1) * percent // 100])


def test_one_broken_meta_page_is_survived_two_are_not() -> None:
    content = bytearray(database_file())
    content[40] ^= 0xFF
    assert filled_buckets(bytes(content))
    content[4096 + 40] ^= 0xFF
    with pytest.raises(Corrupt, match="no valid meta page"):
        filled_buckets(bytes(content))


def test_a_page_that_is_no_page_of_the_tree_is_corrupt() -> None:
    content = bytearray(database_file())
    root = len(content) - 4096
    content[root : root + 16] = bytes(16)
    with pytest.raises(Corrupt, match="not a page of the tree"):
        filled_buckets(bytes(content))


@pytest.mark.parametrize("content", [b"", b"garbage" * 3000, bytes(20000)])
def test_something_else_is_corrupt(content: bytes) -> None:
    with pytest.raises(Corrupt):
        filled_buckets(content)
