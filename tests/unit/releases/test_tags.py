"""Names of digests: what is written can be read back, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.deployments.model import Deployment
from release.digest import is_digest
from release.errors import UsageError
from release.images.inputs import inputs_tag
from release.releases import tags

COMMIT = "0123456789abcdef0123456789abcdef01234567"

numbers = st.integers(0, 10_000).map(str)
identifiers = st.one_of(numbers, st.from_regex(r"[0-9]{0,3}[A-Za-z-][0-9A-Za-z-]{0,6}", fullmatch=True))
versions = st.builds(
    lambda core, pre: ".".join(core) + ("-" + ".".join(pre) if pre else ""),
    st.tuples(numbers, numbers, numbers),
    st.lists(identifiers, max_size=3),
)
environments = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)


@pytest.mark.parametrize("version", ["0.1.0", "1.4.0-rc.7", "10.20.30", "1.0.0-alpha-1.x", "1.0.0--"])
def test_a_semver_version_is_accepted_as_it_is(version: str) -> None:
    assert tags.checked_version(version) == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "v1.2.3",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-01",
        "1.2.3-",
        "1.2.3-a..b",
        " 1.2.3",
        "1.2.3\n",
        "1.2.3-ü",
        "--help",
        "$(id)",
        "1.2.3;ls",
        "٣.1.0",
        "1.0.0-" + "a" * 60,
    ],
)
def test_what_is_no_version_is_refused_with_the_form_it_should_have(text: str) -> None:
    """faults.md, 8 and 9."""
    with pytest.raises(UsageError, match=r"is not a version like 1\.4\.0") as caught:
        tags.checked_version(text)
    assert caught.value.next_step


def test_build_metadata_is_refused_because_no_tag_can_hold_it() -> None:
    """faults.md, 9."""
    with pytest.raises(UsageError, match="build metadata") as caught:
        tags.checked_version("1.0.0+build.5")
    assert "'+'" in caught.value.next_step


@given(versions)
def test_every_semver_version_that_is_short_enough_is_accepted(version: str) -> None:
    if len(version) <= 60:
        assert tags.checked_version(version) == version


@given(environments, st.integers(1, 10**6), versions)
def test_a_ledger_tag_read_back_gives_what_was_written(environment: str, number: int, version: str) -> None:
    tag = Deployment(environment, number, version, {}).tag
    assert tags.parse_ledger(tag) == (environment, number, version)


@given(environments, st.integers(1, 10**6), versions.filter(lambda version: len(version) <= 60))
def test_every_tag_this_pipeline_writes_fits_a_registry(environment: str, number: int, version: str) -> None:
    """OCI distribution specification 1.1, "Pulling manifests"."""
    written = (inputs_tag("0" * 16), *tags.release_tags(version, COMMIT))
    for tag in (*written, Deployment(environment, number, version, {}).tag):
        assert len(tag) <= 128
        assert not set(tag) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@given(st.text(max_size=60))
def test_any_other_tag_is_no_ledger_entry(text: str) -> None:
    entry = tags.parse_ledger(text)
    assert entry is None or Deployment(*entry, {}).tag == text


@pytest.mark.parametrize(
    "tag", [*tags.release_tags("1.4.0", COMMIT), "inputs-0123456789abcdef", "staging-01-v1.0.0", "staging-1-1.0.0"]
)
def test_the_other_kinds_of_tags_are_no_ledger_entries(tag: str) -> None:
    assert tags.parse_ledger(tag) is None


def test_the_commit_of_a_version_is_read_from_its_binding_only() -> None:
    names = [f"sha-{'f' * 40}", "1.4.0", f"1.4.0-rc.1_{'e' * 40}", f"1.4.0_{COMMIT}"]
    assert tags.commit_of("1.4.0", names) == COMMIT
    assert tags.commit_of("1.4.1", names) is None


def test_the_binding_is_written_last_so_that_it_means_complete() -> None:
    """faults.md, 15."""
    assert tags.release_tags("1.4.0", COMMIT)[-1] == f"1.4.0_{COMMIT}"


@pytest.mark.parametrize("text", ["sha256:" + "a" * 63, "sha256:" + "A" * 64, "a" * 64, "sha256:" + "a" * 64 + "\n"])
def test_only_the_canonical_form_is_a_digest(text: str) -> None:
    assert is_digest("sha256:" + "a" * 64)
    assert not is_digest(text)
