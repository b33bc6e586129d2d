"""Names of digests: what is written can be read back, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.releases import tags

numbers = st.integers(0, 10_000).map(str)
identifiers = st.one_of(numbers, st.from_regex(r"[0-9]{0,3}[A-Za-z-][0-9A-Za-z-]{0,6}", fullmatch=True))
versions = st.builds(
    lambda core, pre: ".".join(core) + ("-" + ".".join(pre) if pre else ""),
    st.tuples(numbers, numbers, numbers),
    st.lists(identifiers, max_size=3),
)


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
