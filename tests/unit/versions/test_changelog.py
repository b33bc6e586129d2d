"""CHANGELOG.md: what is found, what is inserted, and that nothing written by hand is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.semver import Bump, parse
from release.versions import changelog, changelogedit
from release.versions.changelog import Kind
from release.versions.changelogentries import EntryGroup, groups_of
from release.versions.changeloglinks import ReleaseHeading
from release.versions.commits import Change
from release.versions.links import Links, links_of
from release.versions.reasons import Reason

GITHUB = Links("https://github.com/owner/name", "github")
GITLAB = Links("https://gitlab.com/group/sub/name", "gitlab")
ADDED = (EntryGroup("Added", ("- a new thing (1111111)",)),)


def release(version: str = "1.1.0", previous: str = "v1.0.0", links: Links | None = None) -> ReleaseHeading:
    return ReleaseHeading(parse(version), "2026-11-21", f"v{version}", previous, links)


def versions(text: str) -> list[str | None]:
    """The releases of a changelog in its order, None for what is not released."""
    found = changelog.parse(text).of(Kind.RELEASE, Kind.PENDING)
    return [None if each.kind is Kind.PENDING else str(each.name.version) for each in found]


def unreleased(text: str) -> str:
    """What stands below the heading of what is not released."""
    log = changelog.parse(text)
    return log.text_of(log.of(Kind.PENDING)[0])


def reason(number: int, *changes: Change, request: int = 0, subject: str = "a subject", kind: str = "") -> Reason:
    return Reason(
        f"{number}" * 40,
        "A Person",
        subject,
        kind or "conventional",  # type: ignore[arg-type]  # the tests name kinds as plain text
        Bump.NONE,
        "",
        changes,
        request,
    )


# entries


def test_groups_are_those_of_keep_a_changelog_with_breaking_changes_first() -> None:
    reasons = [
        reason(6, Change("security", "", "close a hole")),
        reason(5, Change("perf", "", "faster")),
        reason(4, Change("fix", "api", "a bug"), request=12),
        reason(3, Change("feat", "", "a feature (#7)"), request=7),
        reason(2, Change("fix", "", "drop it", breaking=True, breaking_notes=("It is gone.\n\nUse that.",))),
        reason(1, Change("docs", "", "words"), Change("chore", "", "sweep")),
    ]
    groups = groups_of(reasons, None)
    assert [(group.title, group.lines) for group in groups] == [
        ("Breaking changes", ("- drop it (2222222)", "", "  It is gone.", "", "  Use that.")),
        ("Added", ("- a feature (#7, 3333333)",)),
        ("Changed", ("- faster (5555555)",)),
        ("Fixed", ("- **api:** a bug (#12, 4444444)",)),
        ("Security", ("- close a hole (6666666)",)),
    ]


@pytest.mark.parametrize(
    ("links", "entry"),
    [
        (
            GITHUB,
            "- a bug ([#12](https://github.com/owner/name/pull/12), "
            f"[1111111](https://github.com/owner/name/commit/{'1' * 40}))",
        ),
        (
            GITLAB,
            "- a bug ([!12](https://gitlab.com/group/sub/name/-/merge_requests/12), "
            f"[1111111](https://gitlab.com/group/sub/name/-/commit/{'1' * 40}))",
        ),
        (None, "- a bug (#12, 1111111)"),
    ],
)
def test_entry_links_to_commit_and_pull_request_in_the_forge_s_form(links: Links | None, entry: str) -> None:
    (group,) = groups_of([reason(1, Change("fix", "", "a bug (#12)"), request=12)], links)
    assert group.lines == (entry,)


def test_authors_are_named_when_asked_for() -> None:
    (group,) = groups_of([reason(1, Change("fix", "", "a bug"))], None, authors=True)
    assert group.lines == ("- a bug (1111111) by A Person",)


def test_equal_changes_become_one_entry_with_both_commits() -> None:
    fix = Change("fix", "", "a bug")
    (group,) = groups_of([reason(2, fix), reason(1, fix)], None)
    assert group.lines == ("- a bug (1111111, 2222222)",)


def test_unconventional_commit_and_unknown_type_stand_under_changed() -> None:
    (group,) = groups_of([reason(2, Change("api", "", "moved")), reason(1, subject="wip", kind="other")], None)
    assert group == EntryGroup("Changed", ("- wip (1111111)", "- moved (2222222)"))


@pytest.mark.parametrize("kind", ["merge", "reverted", "reverts"])
def test_commit_that_counts_for_nothing_has_no_entry(kind: str) -> None:
    (group,) = groups_of([reason(1, subject="gone", kind=kind)], None)
    assert group.lines == ("- Internal changes only.",)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("support Vec<T>", "support Vec\\<T>"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("keep `a<b>` as code", "keep `a<b>` as code"),
        ("a lone ` before <b>", "a lone \\` before \\<b>"),
        ("red \x1b[31m", "red \\\\x1b\\[31m"),
        ("see [this](https://example.org)", "see \\[this](https://example.org)"),
        ("two\u2028lines", "two lines"),
    ],
)
def test_description_shows_as_it_was_written(written: str, shown: str) -> None:
    (group,) = groups_of([reason(1, Change("fix", "", written))], None)
    assert group.lines == (f"- {shown} (1111111)",)


def test_note_that_looks_like_a_heading_or_a_fence_changes_no_section() -> None:
    note = "```\n## [1.1.0] - 2020-01-01\n## [Unreleased]\n<!--"
    groups = groups_of([reason(1, Change("feat", "", "## [9.9.9]", breaking=True, breaking_notes=(note,)))], None)
    text = changelogedit.insert("", release(), groups)
    assert versions(text) == [None, "1.1.0"]
    assert changelogedit.insert(text, release(), groups) == text


# reading

KEPT = """\
# Changelog
Words.

```
## [0.0.1] - in code
```

<!--
## [0.0.2] - in a comment
-->

## [Unreleased]

### Added

- by hand

## [1.0.0] - 2026-01-01 [YANKED]

### Fixed
- old

## v0.9.0 (2025-12-01)

- older

[unreleased]: https://example.org/compare/v1.0.0...HEAD
[1.0.0]: https://example.org/v1.0.0
"""


def test_sections_are_found_in_every_usual_form_and_not_in_code_or_comments() -> None:
    log = changelog.parse(KEPT)
    assert versions(KEPT) == [None, "1.0.0", "0.9.0"]
    assert unreleased(KEPT) == "### Added\n\n- by hand"
    assert log.body(parse("1.0.0")) == "### Fixed\n- old"
    assert log.body(parse("0.9.0")) == "- older"
    assert log.body(parse("0.0.1")) is None


@pytest.mark.parametrize("opener", ["```", "~~~~", "<!--"])
def test_what_is_never_closed_hides_nothing(opener: str) -> None:
    assert changelog.parse(f"{opener}\n## [1.0.0]\n- x\n").body(parse("1.0.0")) == "- x"


def test_shorter_fence_closes_no_longer_one() -> None:
    assert changelog.parse("````\n## [1.0.0]\n- x\n```\n").body(parse("1.0.0")) == "- x\n```"


def test_fence_that_is_never_closed_does_not_open_one_that_is() -> None:
    assert versions("```x\n~~~\n## [1.0.0]\n~~~\n") == []


@pytest.mark.parametrize(
    "line", ["## 1.0", "##1.0.0", "    ## 1.0.0", "## one", "1.0.0", "- 1.0.0", "## From 0.9.0 to 1.0.0"]
)
def test_line_that_only_resembles_a_section_s_heading_is_none(line: str) -> None:
    assert changelog.parse(line + "\n").body(parse("1.0.0")) is None


# inserting


def test_new_file_gets_the_form_and_the_section() -> None:
    text = changelogedit.insert("", release(), ADDED)
    assert text.startswith("# Changelog\n")
    assert text.endswith("## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- a new thing (1111111)\n")


def test_hand_written_unreleased_lines_become_the_release_s_untouched() -> None:
    groups = (
        EntryGroup("Breaking changes", ("- gone (2222222)",)),
        *ADDED,
        EntryGroup("Fixed", ("- a bug (3333333)",)),
    )
    text = changelogedit.insert(KEPT, release(), groups)
    assert "## [Unreleased]\n\n## [1.1.0] - 2026-11-21\n\n### Breaking changes\n\n- gone (2222222)\n" in text
    assert "### Added\n\n- by hand\n- a new thing (1111111)\n\n### Fixed\n\n- a bug (3333333)\n\n## [1.0.0]" in text


def test_entry_that_somebody_wrote_already_is_not_written_again() -> None:
    text = "## [Unreleased]\n\n### Added\n\n- a new thing (1111111)\n"
    assert changelogedit.insert(text, release(), ADDED).count("a new thing") == 1


def test_section_that_is_there_is_left_alone() -> None:
    text = changelogedit.insert(KEPT, release(), ADDED)
    edited = text.replace("- a new thing (1111111)", "- a much better sentence")
    assert changelogedit.insert(edited, release(), ADDED) == edited


def test_section_of_a_maintenance_release_goes_below_the_newer_ones() -> None:
    text = changelogedit.insert(KEPT, release("0.9.1", "v0.9.0"), ADDED)
    assert versions(text) == [None, "1.0.0", "0.9.1", "0.9.0"]
    assert unreleased(text) == "### Added\n\n- by hand"


def test_file_without_an_unreleased_section_gets_the_section_on_top() -> None:
    text = changelogedit.insert("# Log\n\nWords.\n\n## 1.0.0\n\n- old\n", release(), ADDED)
    assert text == (
        "# Log\n\nWords.\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- a new thing (1111111)\n\n## 1.0.0\n\n- old\n"
    )


def test_file_without_any_section_gets_it_at_its_end() -> None:
    assert changelogedit.insert("Words", release(), ADDED) == (
        "Words\n\n## [1.1.0] - 2026-11-21\n\n### Added\n\n- a new thing (1111111)\n"
    )


def test_crlf_file_stays_one() -> None:
    text = changelogedit.insert(KEPT.replace("\n", "\r\n"), release(links=GITHUB), ADDED)
    assert text.count("\n") == text.count("\r\n")


def test_links_of_the_release_and_the_comparison_are_defined() -> None:
    text = changelogedit.insert("", release(links=GITHUB), ADDED)
    assert text.endswith(
        "\n\n[unreleased]: https://github.com/owner/name/compare/v1.1.0...HEAD\n"
        "[1.1.0]: https://github.com/owner/name/compare/v1.0.0...v1.1.0\n"
    )
    later = changelogedit.insert(text, release("1.2.0", "v1.1.0", GITHUB), ADDED)
    assert later.endswith(
        "\n\n[unreleased]: https://github.com/owner/name/compare/v1.2.0...HEAD\n"
        "[1.2.0]: https://github.com/owner/name/compare/v1.1.0...v1.2.0\n"
        "[1.1.0]: https://github.com/owner/name/compare/v1.0.0...v1.1.0\n"
    )


def test_link_of_the_first_release_is_its_tag() -> None:
    text = changelogedit.insert("", release("1.0.0", "", GITLAB), ADDED)
    assert "[1.0.0]: https://gitlab.com/group/sub/name/-/tags/v1.0.0\n" in text


def test_link_that_somebody_else_wrote_is_kept() -> None:
    text = changelogedit.insert(KEPT, release(links=GITHUB), ADDED)
    assert "[unreleased]: https://example.org/compare/v1.0.0...HEAD\n[1.1.0]: https://github.com" in text


lines = st.lists(
    st.one_of(
        st.sampled_from(
            ["", "## [Unreleased]", "## [1.0.0] - 2026-01-01", "### Added", "### Fixed", "- x", "```", "<!--", "-->",
             "## 2.0.0", "[1.0.0]: https://example.org/x", "[unreleased]: https://example.org/y", "~~~", "  - nested"]
        ),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    ),
    max_size=25,
)  # fmt: skip
endings = st.sampled_from(["\n", "\r\n"])


def is_kept(before: list[str], after: list[str]) -> bool:
    """Whether every line of ``before`` stands in ``after``, in the same order."""
    rest = iter(after)
    return all(line in rest for line in before)


@given(lines, endings, st.sampled_from([None, GITHUB]))
def test_every_line_that_was_there_stays_and_running_twice_changes_nothing(
    written: list[str], end: str, links: Links | None
) -> None:
    text = end.join(written)
    groups = (EntryGroup("Breaking changes", ("- gone",)), *ADDED)
    try:
        once = changelogedit.insert(text, release(links=links), groups)
    except UsageError:
        return  # test_changelog_shapes.py: what is refused, and why
    assert is_kept([line.rstrip("\r") for line in text.split("\n")], [x.rstrip("\r") for x in once.split("\n")])
    assert changelogedit.insert(once, release(links=links), groups) == once
    assert changelog.parse(once).body(parse("1.1.0"))


LONG = 100_000


@pytest.mark.parametrize(
    "text",
    ["\n" * LONG, "```x\n" * (LONG // 5), "<!--\n" * (LONG // 5), "[" * LONG,
     "\n".join(f"## [1.0.{number}]\n\n- x\n" for number in reversed(range(LONG // 17))),
     "### Added\n- x\n" * (LONG // 14), "# " + " " * LONG + "x", "`" * LONG],
)  # fmt: skip
def test_long_files_are_read_in_one_go(text: str) -> None:
    assert changelog.parse(changelogedit.insert(text, release(links=GITHUB), ADDED)).body(parse("1.1.0"))


# links


@pytest.mark.parametrize(
    ("remote", "base"),
    [
        ("https://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://github.com/owner/name/", "https://github.com/owner/name"),
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("ssh://git@github.com:22/owner/name.git", "https://github.com/owner/name"),
        ("git://github.com/owner/name", "https://github.com/owner/name"),
        ("https://user:secret@github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://x-access-token:ghs_secret@github.com/owner/name", "https://github.com/owner/name"),
        ("git@gitlab.example.org:group/sub/name.git", "https://gitlab.example.org/group/sub/name"),
        ("https://gitlab.example.org:8443/group/name.git", "https://gitlab.example.org:8443/group/name"),
        ("http://github.internal/owner/name", "http://github.internal/owner/name"),
    ],
)
def test_remote_url_gives_the_base_without_credentials(remote: str, base: str) -> None:
    links = links_of(remote)
    assert links is not None
    assert links.base == base


@pytest.mark.parametrize(
    "remote",
    ["", "/srv/git/name.git", "file:///srv/name.git", "../name", "C:\\repos\\name", "https://example.org/owner/name",
     "https://github.com/", "https://github.com/owner", "git@github.com:name", "https://github.com/a/../b",
     "https://github.com/owner/na me", "https://github.com/owner/name)](x", "https://[::1/owner/name",
     "https://github.com:port/owner/name", "javascript://github.com/owner/name", "https://git\x1bhub.com/a/b"],
)  # fmt: skip
def test_remote_without_pages_that_are_known_gives_no_links(remote: str) -> None:
    assert links_of(remote) is None


def test_setting_names_the_form_of_a_host_whose_name_does_not() -> None:
    links = links_of("https://code.example.org/owner/name", "gitlab")
    assert links == Links("https://code.example.org/owner/name", "gitlab")


def test_names_in_links_are_escaped() -> None:
    assert GITHUB.compare("v1.0.0+a", "rel#ease/1?") == (
        "https://github.com/owner/name/compare/v1.0.0%2Ba...rel%23ease%2F1%3F"
    )


@given(st.text(max_size=60))
def test_no_remote_is_too_strange(remote: str) -> None:
    links = links_of(remote)
    assert links is None or " " not in links.base
