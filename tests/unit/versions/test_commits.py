"""Conventional Commits 1.0.0: the specification's examples, what forges write, and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.versions.commits import Change, parse_header, parse_message
from release.versions.footers import Footer


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("feat: allow it", Change("feat", "", "allow it")),
        ("fix(parser): allow it", Change("fix", "parser", "allow it")),
        ("feat!: allow it", Change("feat", "", "allow it", breaking=True)),
        ("feat(api)!: allow it", Change("feat", "api", "allow it", breaking=True)),
        ("FEAT(Api): Allow It", Change("feat", "Api", "Allow It")),
        ("build(deps-dev): bump @types/node", Change("build", "deps-dev", "bump @types/node")),
        ("my-type2: x", Change("my-type2", "", "x")),
        ("fix:   several spaces", Change("fix", "", "several spaces")),
        ("fix(a, b): scopes", Change("fix", "a, b", "scopes")),
        ("fix: a: b: c", Change("fix", "", "a: b: c")),
        ("fix: é ✨", Change("fix", "", "é ✨")),
        ("feat:no space", None),
        ("feat :space before", None),
        ("feat (scope): space", None),
        ("feat(): empty scope", None),
        ("feat( ): blank scope", None),
        ("feat!(scope): mark before scope", None),
        ("feat!!: twice", None),
        ("feat((x)): nested", None),
        ("feat: ", None),
        ("feat:", None),
        (": nothing", None),
        ("https://example.org", None),
        ("Merge branch 'x'", None),
        ("✨: emoji as type", None),
        ("two words: no", None),
        ("", None),
    ],
)
def test_header_by_table(line: str, change: Change | None) -> None:
    assert parse_header(line) == change


def only(message: str) -> Change:
    """The only change of a message."""
    (change,) = parse_message(message).changes
    return change


def test_description_and_breaking_change_footer() -> None:
    change = only("feat: allow extending\n\nBREAKING CHANGE: `extends` is now used for extending")
    assert change.breaking
    assert change.breaking_notes == ("`extends` is now used for extending",)


def test_both_mark_and_footer_count_once_with_the_footer_s_text() -> None:
    change = only("feat!: drop support\n\nBREAKING CHANGE: use features not available in Node 6.")
    assert change.breaking_notes == ("use features not available in Node 6.",)


def test_mark_alone_has_no_text_of_its_own() -> None:
    assert only("feat!: send an email").breaking
    assert only("feat!: send an email").breaking_notes == ()


@pytest.mark.parametrize("token", ["BREAKING CHANGE", "BREAKING-CHANGE"])
def test_breaking_footer_has_two_spellings(token: str) -> None:
    assert only(f"fix: x\n\n{token}: y").breaking_notes == ("y",)


@pytest.mark.parametrize(
    "body",
    ["breaking change: y", "Breaking Change: y", "BREAKING CHANGES: y", "BREAKING CHANGE y", "A BREAKING CHANGE: y"],
)
def test_what_only_resembles_the_breaking_footer_is_none(body: str) -> None:
    assert not only(f"fix: x\n\n{body}").breaking


@pytest.mark.parametrize("body", ["text\nBREAKING CHANGE: y", "BREAKING CHANGE:\ny", "BREAKING CHANGE:   y"])
def test_breaking_footer_as_people_write_it_counts(body: str) -> None:
    assert only(f"fix: x\n{body}").breaking_notes == ("y",)


def test_multi_paragraph_body_and_multiple_footers() -> None:
    message = parse_message(
        "fix: prevent racing\n\nIntroduce a request id.\n\nRemove timeouts.\n\nReviewed-by: Z\nRefs: #123\nFixes #4"
    )
    assert message.footers == (
        Footer("Reviewed-by", ": ", "Z"),
        Footer("Refs", ": ", "#123"),
        Footer("Fixes", " #", "4"),
    )


def test_footer_value_runs_over_lines_and_paragraphs_to_the_next_footer() -> None:
    message = parse_message("fix: x\n\nBREAKING CHANGE: one\n  two\n\nthree\nRefs: 1")
    assert message.footers[0].value == "one\n  two\n\nthree"
    assert message.changes[0].breaking_notes == ("one\n  two\n\nthree",)
    assert message.footers[1] == Footer("Refs", ": ", "1")


def test_line_like_a_footer_inside_a_paragraph_is_body() -> None:
    assert parse_message("fix: x\n\nsome text\nNote: more text").footers == ()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Release-As: 2.0.0", ("2.0.0",)),
        ("RELEASE-AS: 2.0.0", ("2.0.0",)),
        ("release-as:2.0.0", ("2.0.0",)),
        ("* docs: prepare\n\nRelease-As: 1.0.0\n\n* fix: last thing", ("1.0.0",)),
        ("Release-As: 1.0.0\n\nMore words.\n\n<details><summary>x</summary>\n\n</details>", ("1.0.0",)),
        ("some text\nRelease-As: 1.0.0\nmore text", ("1.0.0",)),
        ("* Release-As: 1.0.0\n* fix: x", ("1.0.0",)),
        ("Release-As: 1.0.0 <!-- agreed on Monday -->", ("1.0.0",)),
        ("Release-As: `1.0.0`<br>", ("1.0.0",)),
        ("Release-As: 1.0.0\n\nRelease-As: 2.0.0", ("1.0.0", "2.0.0")),
        (f"commit {'1' * 40}\nAuthor: A <a@example.org>\n\n    fix: x\n\n    Release-As: 1.0.0", ("1.0.0",)),
        ("Release-As:", ("",)),
        ("    Release-As: 1.0.0", ()),
        ("> Release-As: 1.0.0", ()),
        ("```\nRelease-As: 1.0.0\n```", ()),
        ("```\nRelease-As: 1.0.0", ("1.0.0",)),
        ("We write Release-As: 1.0.0", ()),
    ],
)
def test_release_as_counts_on_a_line_of_its_own_wherever_that_stands(body: str, named: tuple[str, ...]) -> None:
    """faults.md, 66"""
    assert parse_message(f"chore: x\n\n{body}").release_as == named
    assert parse_message(f"words\n\n{body}\n\nafter it\n").release_as == named


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \t\n", "   \r\n"])
def test_line_ends_and_trailing_whitespace_change_nothing(end: str) -> None:
    lines = ["feat(api)!: x", "", "body", "", "BREAKING CHANGE: y", "Refs: 1", ""]
    assert parse_message(end.join(lines)) == parse_message("\n".join(lines))


def test_blank_lines_before_the_header_are_skipped() -> None:
    assert only("\n \n\nfix: x").type == "fix"


@pytest.mark.parametrize("message", ["", "\n", "wip", "Update README.md", "fixed the thing", "v1.2.3"])
def test_message_that_is_not_conventional_has_no_changes(message: str) -> None:
    assert parse_message(message).changes == ()
    assert not parse_message(message).is_conventional


def test_breaking_footer_below_a_header_that_is_not_conventional_still_counts() -> None:
    (change,) = parse_message("Rework the api\n\nBREAKING CHANGE: everything").changes
    assert (change.type, change.breaking, change.description) == ("", True, "Rework the api")


LISTED = "* feat(a): one\n\nwhy\n\n* wip\n\n* fix: two\n\nBREAKING CHANGE: gone\n\n"
GITHUB = f"Some work (#12)\n\n{LISTED}---------\n\nCo-authored-by: A <a@example.org>"
GITLAB = f"Some work\n\n{LISTED}See merge request group/sub/project!12"
BITBUCKET = f"Merged in topic (pull request #12)\n\n{LISTED}Approved-by: A"
PLAIN = """Squashed commit of the following:

commit 1111111111111111111111111111111111111111
Author: A <a@example.org>
Date:   Mon Jan 5 12:00:00 2026 +0000

    feat(a): one

    why

commit 2222222222222222222222222222222222222222
Author: A <a@example.org>
Date:   Mon Jan 5 12:00:00 2026 +0000

    wip

commit 3333333333333333333333333333333333333333
Author: A <a@example.org>
Date:   Mon Jan 5 12:00:00 2026 +0000

    fix: two

    BREAKING CHANGE: gone
"""


@pytest.mark.parametrize("message", [GITHUB, GITLAB, BITBUCKET, PLAIN], ids=["github", "gitlab", "bitbucket", "git"])
def test_squash_body_is_read_as_the_commits_it_lists(message: str) -> None:
    one, two = parse_message(message).changes
    assert (one.type, one.scope, one.description, one.breaking) == ("feat", "a", "one", False)
    assert (two.type, two.description, two.breaking) == ("fix", "two", True)
    assert two.breaking_notes[0].startswith("gone")


def test_conventional_title_speaks_for_the_commits_it_squashed() -> None:
    message = "fix: all of it (#12)\n\n* feat: one\n\n* fix: two"
    assert [change.type for change in parse_message(message).changes] == ["fix"]


def test_conventional_title_takes_breaking_footers_of_the_commits_it_squashed() -> None:
    assert only("fix: all of it (#12)\n\n* feat: one\n\nBREAKING CHANGE: gone").breaking


def test_setting_makes_every_listed_header_count() -> None:
    message = (
        "fix: all of it (#12)\n\n* feat: one\n\nBREAKING CHANGE: gone\n\n* docs: two\n\nperf: three\n\nNote: prose"
    )
    changes = parse_message(message, multiple_headers=True).changes
    assert [(change.type, change.breaking) for change in changes] == [
        ("fix", False),
        ("feat", True),
        ("docs", False),
        ("perf", False),
    ]


def test_header_listed_twice_counts_once() -> None:
    changes = parse_message("feat: one (#1)\n\n* feat: one (#1)", multiple_headers=True).changes
    assert len(changes) == 1


def test_merge_commit_takes_the_title_of_the_pull_request() -> None:
    message = parse_message("Merge pull request #12 from a/topic\n\nfeat(x): title\n\nfix: not a title")
    assert [change.type for change in message.changes] == ["feat"]
    assert message.request == 12


def test_prose_in_a_body_is_no_header() -> None:
    assert parse_message("Merge branch 'a'\n\nNote: nothing").changes == ()


@pytest.mark.parametrize(
    ("message", "request_number"),
    [
        ("fix: x (#12)", 12),
        ("fix: x (!12)", 12),
        ("Merge pull request #12 from a/b", 12),
        ("Merged in a (pull request #12)", 12),
        ("Merge branch 'a' into 'main'\n\nfix: x\n\nSee merge request g/p!12", 12),
        ("fix: x (#12) and more", 0),
        ("fix: x", 0),
    ],
)
def test_pull_request_number_is_found_where_forges_write_it(message: str, request_number: int) -> None:
    assert parse_message(message).request == request_number


SHA = "676104e0123456789012345678901234567890ab"


@pytest.mark.parametrize(
    ("message", "ids", "requests", "subject"),
    [
        (f'Revert "feat: x"\n\nThis reverts commit {SHA}.', (SHA,), (), "feat: x"),
        (f'Reapply "feat: x"\n\nThis reverts commit {SHA}.', (SHA,), (), "feat: x"),
        (f"This reverts commit {SHA}", (), (), ""),
        (f'Revert "x"\n\nThis reverts commit {SHA}, reversing\nchanges made to {SHA[::-1]}.', (SHA,), (), "x"),
        ('Revert "feat: x (#12)" (#13)\n\nReverts owner/name#12', (), (12,), "feat: x (#12)"),
        ("revert: let us never again\n\nRefs: 676104e, a215868", ("676104e", "a215868"), (), "let us never again"),
        (f"revert: feat: x\n\nThis reverts commit {SHA}.", (SHA,), (), "feat: x"),
        ("fix: x\n\nRefs: 676104e", (), (), ""),
    ],
)
def test_reverts_name_what_they_take_back(
    message: str, ids: tuple[str, ...], requests: tuple[int, ...], subject: str
) -> None:
    parsed = parse_message(message)
    assert (parsed.reverts, parsed.reverts_requests, parsed.reverts_subject) == (ids, requests, subject)


@given(st.text(max_size=400), st.booleans())
def test_no_message_is_too_strange_to_read(message: str, multiple: bool) -> None:
    parsed = parse_message(message, multiple_headers=multiple)
    assert "\n" not in parsed.subject
    assert all(change.description for change in parsed.changes)


# A pattern that goes back over its input would take minutes for these, not milliseconds.
LONG = 100_000
NASTY = {
    "one word": "a" * LONG,
    "open scope": "feat(" + "a" * LONG,
    "spaces": "feat:" + " " * LONG + "x",
    "dashes": "-" * LONG,
    "blank lines": "feat: x" + "\n" * LONG,
    "breaking": "feat: x\n\n" + "BREAKING CHANGE: y\n" * (LONG // 20),
    "footers": "feat: x\n\n" + "Refs: 1\n" * (LONG // 8),
    "bullets": "x\n\n" + "* feat: y\n\n" * (LONG // 12),
    "commits": "x\n\n" + f"commit {SHA}\n\n    feat: y\n\n" * (LONG // 65),
    "reverts": 'Revert "' + '"' * LONG,
    "versions": "x\n\n" + "Release-As: 1.0.0\n" * (LONG // 18),
    "markup": "x\n\nRelease-As: " + "<a" * (LONG // 2),
    "comments": "x\n\nRelease-As: " + "<!--" * (LONG // 4),
    "fences": "x\n\n" + "```x\n" * (LONG // 5),
    "digits": "This reverts commit " + "a" * LONG,
    "requests": "fix: x " + "(#" * (LONG // 2),
}


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("multiple", [False, True])
def test_long_messages_are_read_in_one_go(name: str, multiple: bool) -> None:
    assert len(parse_message(NASTY[name], multiple_headers=multiple).subject) <= len(NASTY[name])
