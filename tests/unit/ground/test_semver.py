"""Semantic Versioning 2.0.0: the specification's examples, the corpus of its suggested expression, properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.semver import LONGEST, Bump, Version, parse, try_parse

# The two lists behind the regular expression that semver.org suggests.
VALID = """
0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta 1.0.0-alpha.beta
1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid
1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay 1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 1.2.3-beta
10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 1.0.0 2.0.0 1.1.7 2.0.0+build.1848 2.0.1-alpha.1227 1.0.0-alpha+beta
1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.2.3----R-S.12.9.1--.12+meta 1.2.3----RC-SNAPSHOT.12.9.1--.12
1.0.0+0.build.1-rc.10000aaa-kk-0.1 99999999999999999999999.999999999999999999.99999999999999999 1.0.0-0A.is.legal
""".split()  # noqa: SIM905 - sixty quoted literals read worse
INVALID = """
1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid -invalid+invalid -invalid.01 alpha alpha.beta
alpha.beta.1 alpha.1 alpha+beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta -alpha. 1.0.0-alpha.. 1.0.0-alpha..1
1.0.0-alpha...1 1.0.0-alpha....1 01.1.1 1.01.1 1.1.01 1.2 1.2.3.DEV 1.2-SNAPSHOT
1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788 1.2-RC-SNAPSHOT -1.0.3-gamma+b7718 +justmeta
9.8.7+meta+meta 9.8.7-whatever+meta+meta
9999999999999999999.9999999999999.9999999999999999----RC-SNAPSHOT.12.09.1------------------------------..12
""".split()  # noqa: SIM905 - sixty quoted literals read worse
MORE_INVALID = [
    "",
    " 1.0.0",
    "1.0.0 ",
    "1.0.0\n",
    "v1.0.0",
    "\u0661.0.0",
    "1.0.0-\u00e9",
    "1.0.0-",
    "1.0.0+",
    "1.0.0-a\x00",
]

# Item 11, with its own examples, lowest first.
ORDERED = """
0.0.0-0 0.0.0 0.9.9 1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2
1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1 2.1.10
""".split()  # noqa: SIM905 - sixty quoted literals read worse

numbers = st.integers(min_value=0, max_value=10**20)
identifiers = st.one_of(numbers.map(str), st.from_regex(r"[0-9]*[A-Za-z-][0-9A-Za-z-]{0,6}", fullmatch=True))
versions = st.builds(
    Version,
    numbers,
    numbers,
    numbers,
    st.lists(identifiers, max_size=4).map(tuple),
    st.lists(st.from_regex(r"[0-9A-Za-z-]{1,6}", fullmatch=True), max_size=3).map(tuple),
)
releases = st.builds(Version, numbers, numbers, numbers)


@pytest.mark.parametrize("text", VALID)
def test_valid_version_is_parsed_and_printed_as_it_was(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", [*INVALID, *MORE_INVALID])
def test_invalid_version_is_refused_with_an_example(text: str) -> None:
    assert try_parse(text) is None
    with pytest.raises(UsageError) as refusal:
        parse(text)
    assert "1.4.0" in refusal.value.next_step


def test_version_longer_than_the_limit_is_refused() -> None:
    assert try_parse("1.0.0-" + "a" * (LONGEST - 6)) is not None
    assert try_parse("1.0.0-" + "a" * (LONGEST - 5)) is None


@pytest.mark.parametrize("text", ["1." * 50_000, "1.0.0-" + "0" * 100_000, "1.0.0-" + "a." * 50_000, "9" * 100_000])
def test_long_garbage_is_refused_without_a_walk_through_it(text: str) -> None:
    assert try_parse(text) is None


def test_precedence_is_that_of_the_specification() -> None:
    parsed = [parse(text) for text in ORDERED]
    shuffled = parsed[::2] + parsed[1::2]
    assert sorted(shuffled, key=lambda version: version.precedence) == parsed
    assert len({version.precedence for version in parsed}) == len(parsed)


def test_build_metadata_changes_no_precedence_and_makes_no_equal_version() -> None:
    one, other = parse("1.0.0+a"), parse("1.0.0+b")
    assert one.precedence == other.precedence == parse("1.0.0").precedence
    assert one != other


@given(versions)
def test_print_then_parse_is_the_identity(version: Version) -> None:
    assert parse(str(version)) == version


@given(st.text(max_size=30))
def test_whatever_is_parsed_prints_as_it_was(text: str) -> None:
    version = try_parse(text)
    assert version is None or str(version) == text


@given(versions, versions, versions)
def test_order_is_total_antisymmetric_and_transitive(a: Version, b: Version, c: Version) -> None:
    x, y, z = a.precedence, b.precedence, c.precedence
    assert (x < y) + (x == y) + (x > y) == 1
    assert not (x <= y and y <= z) or x <= z
    assert (x == y) == ((a.major, a.minor, a.patch, a.prerelease) == (b.major, b.minor, b.patch, b.prerelease))


@given(releases, st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR]))
def test_bumped_release_is_greater_and_a_release(version: Version, bump: Bump) -> None:
    raised = version.bumped(bump)
    assert raised.precedence > version.precedence
    assert not raised.is_prerelease


@given(versions, st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR]))
def test_bumped_version_of_any_kind_is_greater_and_carries_no_build(version: Version, bump: Bump) -> None:
    assert version.bumped(bump).precedence > version.precedence
    assert version.bumped(bump).build == ()


@given(releases, st.integers(1, 10**6))
def test_candidate_is_below_its_release_and_grows_with_the_commits(version: Version, number: int) -> None:
    candidate = version.candidate(number)
    assert candidate.precedence < version.candidate(number + 1).precedence < version.precedence
    assert candidate.released() == version


@pytest.mark.parametrize(
    ("before", "bump", "after"),
    [
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("1.2.3", Bump.NONE, "1.2.3"),
        ("1.2.9", Bump.PATCH, "1.2.10"),
        ("0.0.0", Bump.PATCH, "0.0.1"),
        ("1.3.0-rc.2", Bump.PATCH, "1.3.0"),
        ("1.3.0-rc.2", Bump.MINOR, "1.3.0"),
        ("1.3.1-rc.2", Bump.MINOR, "1.4.0"),
        ("2.0.0-rc.2", Bump.MAJOR, "2.0.0"),
        ("2.1.0-rc.2", Bump.MAJOR, "3.0.0"),
        ("1.2.3+build", Bump.PATCH, "1.2.4"),
    ],
)
def test_bump_by_table(before: str, bump: Bump, after: str) -> None:
    assert str(parse(before).bumped(bump)) == after


def test_bumps_are_ordered_and_named() -> None:
    assert max(Bump.PATCH, Bump.MAJOR, Bump.NONE) is Bump.MAJOR
    assert [bump.word for bump in Bump] == ["none", "patch", "minor", "major"]
