"""What a changelog's heading names: by table over forms seen in public changelogs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.versions.headingnames import HeadingName, name_of


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("[1.1.0] - 2026-02-01", "1.1.0"),
        ("1.1.0", "1.1.0"),
        ("v1.1.0", "1.1.0"),
        ("V1.1.0 / 2026-02-01", "1.1.0"),
        ("[v1.1.0]", "1.1.0"),
        ("[1.1.0](https://github.com/o/n/compare/v1.0.0...v1.1.0) (2026-02-01)", "1.1.0"),
        ("[1.1.0][link] — 2026/02/01 [YANKED]", "1.1.0"),
        ("Version 1.1.0 (February 1, 2026)", "1.1.0"),
        ("Release v1.1.0 (1st Feb 2026)", "1.1.0"),
        ("2026-02-01, Version 20.1.0 (Current), @name", "20.1.0"),
        ("2026-02-01 - 1.1.0", "1.1.0"),
        ("🎉 1.1.0 🎉", "1.1.0"),
        ("**1.1.0**", "1.1.0"),
        ('<a name="1.1.0"></a>1.1.0 (2026-02-01)', "1.1.0"),
        ("`1.1.0` {#v110}", "1.1.0"),
        ("1.1.0-rc.1", "1.1.0-rc.1"),
        ("1.1.0+build.5", "1.1.0+build.5"),
        ("1.1.0: The fast one (requires 3.2.1)", "1.1.0"),
        ("1.1.0 - fixes 1.0.9", "1.1.0"),
        ("2025.11.12", "2025.11.12"),
    ],
)
def test_release_is_named_by_its_version(title: str, version: str) -> None:
    name = name_of(title)
    assert (str(name.version), name.is_release, name.is_plain, name.is_pending) == (version, True, True, False)
    assert name.order == name.version


@pytest.mark.parametrize(
    ("title", "order"),
    [
        ("1.1", "1.1.0"),
        ("[1.1] - 2026-02-01", "1.1.0"),
        ("1.1.0rc1", "1.1.0-0"),
        ("1.1-beta2", "1.1.0-0"),
        ("1.1.0.Final", "1.1.0"),
        ("1.2.3.4", "1.2.3"),
        ("2026.08.19", "2026.8.19"),
        ("v2", "2.0.0"),
        ("Version 12 (2026-02-01)", "12.0.0"),
    ],
)
def test_number_of_another_form_has_a_place_in_the_order_and_no_version(title: str, order: str) -> None:
    name = name_of(title)
    assert (name.version, str(name.order), name.is_release, name.is_plain) == (None, order, True, True)


@pytest.mark.parametrize(
    "title", ["2026-02-01", "February 2026", "1/2/2026", "1.0.0 and 1.0.1", "1.0.0 to 1.1.0", "1.0.0...1.1.0"]
)
def test_date_alone_and_several_versions_are_releases_without_an_order(title: str) -> None:
    name = name_of(title)
    assert (name.version, name.order, name.is_release, name.is_plain) == (None, None, True, True)


@pytest.mark.parametrize(("title", "version"), [("click 8.1.0", "8.1.0"), ("Changes in v1.1.0 (2026-02-01)", "1.1.0")])
def test_version_behind_a_name_is_a_release_but_not_a_plain_one(title: str, version: str) -> None:
    name = name_of(title)
    assert (str(name.version), name.is_release, name.is_plain) == (version, True, False)


@pytest.mark.parametrize(
    "title",
    [
        "Unreleased",
        "[Unreleased]",
        "Unreleased changes",
        "UNRELEASED - 2026-xx-xx",
        "Upcoming release",
        "Next",
        "main",
        "In development",
        "[Unreleased](https://x.org/compare/v1.0.0...HEAD)",
        "Not yet released",
        "TBD",
        "HEAD",
    ],
)
def test_changes_that_are_not_released_are_pending(title: str) -> None:
    assert name_of(title) == HeadingName(is_pending=True, is_plain=True)


@pytest.mark.parametrize(
    "title",
    [
        "1.2.0 (Unreleased)",
        "[1.2.0] - Unreleased",
        "v1.2.0 - TBD",
        "1.2.0 (not yet released)",
        "1.2.0 (2026-XX-XX)",
        "Unreleased (1.2.0)",
        "Version 1.2.0 [unreleased]",
        "1.2.0 - YYYY-MM-DD",
        "1.2.0 (unreleased, tbd)",
    ],
)
def test_pending_changes_may_have_their_version_already(title: str) -> None:
    name = name_of(title)
    assert (str(name.version), name.is_pending, name.is_release) == ("1.2.0", True, False)


@pytest.mark.parametrize(
    "title",
    [
        "Changelog",
        "Added",
        "Breaking changes",
        "Upgrading from 1.x to 2.0.0",
        "Migrating from 1.0.0 to 1.1.0",
        "Notes for 1.1.0",
        "Since 1.0.0",
        "The next big thing",
        "",
        "Python 3",
        "Main features",
        "Pending requests",
    ],
)
def test_other_titles_name_no_release(title: str) -> None:
    name = name_of(title)
    assert not name.is_release
    assert not name.is_pending


def test_version_with_a_code_name_is_not_pending() -> None:
    assert name_of("1.2.0 - Pending requests are sent again").is_release
    assert name_of("1.2.0 dev tools").is_release


@given(st.text(max_size=60) | st.text("v1.0-2/6[]()# unreleasedtoversion", max_size=40))
def test_no_title_is_too_strange(title: str) -> None:
    name = name_of(title)
    assert not (name.is_release and name.is_pending)
    assert name.version is None or name.order == name.version


LONG = 100_000


@pytest.mark.parametrize(
    "title",
    [
        "1." * LONG,
        "[" * LONG,
        "<" * LONG,
        "1" * LONG,
        "v" * LONG,
        "a-" * LONG,
        "unreleased " * LONG,
        "*" * LONG,
        "jan " * LONG,
        "1.0.0 to " * LONG,
        "wip " * LONG + "!",
    ],
)
def test_long_titles_are_read_in_one_go(title: str) -> None:
    assert name_of(title).version is None
