"""Every field that comes from git, filled with what acts: it reaches people, logs and pages as harmless text only."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from release.adapters import actions
from release.errors import ReleaseError
from release.report import Report
from release.text import as_json
from release.versions import plan, prepare, releaseplan, sections, version
from release.versions.changed import Changed
from release.versions.check_tag import check_tag
from release.versions.settings import VersionSettings
from tests.fakes.git import FakeGit

DATE = "2026-11-21"
SETTINGS = VersionSettings()

#: What a terminal, a runner, a Markdown page or a reader would obey.
ACTS = (
    *(
        "\x1b[2J",
        "\x1b]0;x\x07",
        "\x9b31m",
        "\x7f",
        "\r",
        "\n",
        "\n\n",
        "\t",
        "\x0b",
        "\x0c",
        "\x85",
        "\u2028",
        "\u2029",
    ),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\udc80", "::error::x", "::stop-commands::x", "\n::set-output name=x::y"),
    *(
        "%0A::error::x",
        "##[group]",
        "<script>x</script>",
        "<!--",
        "-->",
        "[x](javascript:y)",
        "![x](https://example.org)",
    ),
    *(
        "|",
        "`",
        "```",
        "~~~",
        "#",
        "## [9.9.9] - 2020-01-01",
        "- ",
        "> ",
        "---",
        "===",
        "\\",
        "'",
        '"',
        "$(id)",
        ";",
        "--x",
    ),
)
PARTS = st.sampled_from(ACTS) | st.text(max_size=6) | st.sampled_from(["a", "1.0.0", " "])
HOSTILE = st.lists(PARTS, max_size=6).map("".join)
HEADERS = ("", "feat: ", "fix({}): ", "feat!: ", "revert: ", 'Revert "', "* feat: ", "BREAKING CHANGE: ", "{}!: ")
BODIES = (
    *("{}", "BREAKING CHANGE: {}", "* BREAKING CHANGES: {}", "Release-As: {}", "Release-As: 1.0.1 {}", "Refs: {}"),
    *("This reverts commit {}", "BEGIN_COMMIT_OVERRIDE {}\nfeat: x", "Reverts owner/name#{}", "See merge request {}!1"),
    *("BEGIN_COMMIT_OVERRIDE 1234567\n{}\nEND_COMMIT_OVERRIDE", "* feat({}): x\n\n* fix: {}"),
)
TAGS = ("v1.1{}", "release-1.2.0{}", "{}2.0.0", "v3.0.0-rc.1{}", "{}")
REMOTES = ("https://github.com/owner/name", "https://github.com/{}/name", "git@{}:owner/name", "{}")
CHANGELOGS = ("# Log\n\n## 1.0.1\n\n- {}\n", "{}\n## 1.0.1\n{}", "## {}\n\n- x\n")


@dataclass(frozen=True)
class Repository:
    """What fills a repository's fields."""

    messages: list[str]
    author: str
    path: str
    tags: list[str]
    branch: str
    remote: str
    changelog: str


@st.composite
def repositories(draw: st.DrawFn) -> Repository:
    def form(forms: tuple[str, ...]) -> str:
        return draw(st.sampled_from(forms)).replace("{}", draw(HOSTILE))

    messages = []
    for _ in range(draw(st.integers(1, 3))):
        bodies = [form(BODIES) for _ in range(draw(st.integers(0, 2)))]
        messages.append("\n\n".join([form(HEADERS) + draw(HOSTILE), *bodies]))
    return Repository(
        messages,
        author=draw(HOSTILE),
        path=draw(HOSTILE) or "path",
        tags=[form(TAGS) for _ in range(draw(st.integers(0, 3)))],
        branch=form(("", "release/1.0", "release/{}/1.0")),
        remote=form(REMOTES),
        changelog=form(CHANGELOGS),
    )


def filled(fields: Repository, *, tagged: bool = False) -> FakeGit:
    """A repository with a release, then commits with these fields; ``tagged``: the last of them as v1.0.1."""
    git = FakeGit()
    git.remote = fields.remote
    git.commit({}, "feat: all")
    for name in dict.fromkeys(["v1.0.0", *fields.tags]):
        git.references[f"refs/tags/{name}"] = git.head
    for message in fields.messages:
        git.commit({fields.path: message.encode(errors="surrogateescape")}, message, author=fields.author)
    git.commit({"CHANGELOG.md": fields.changelog.encode(errors="replace")}, "fix: x")
    if tagged:
        git.references["refs/tags/v1.0.1"] = git.head
    if fields.branch:
        git.branch(fields.branch)
    return git


def planned(fields: Repository) -> Report:
    git = filled(fields)

    def changes(before: str, after: str) -> Changed:
        paths = tuple(git.changed_between(before, after))
        return Changed({"image": paths}, paths)

    found = plan.plan_release(git, SETTINGS, changes)
    outputs = version.outputs(found.answer)
    return Report(releaseplan.as_json(found), releaseplan.text(found), releaseplan.summary(found), outputs)


def next_version(fields: Repository) -> Report:
    answer = version.next_version(filled(fields), SETTINGS)
    return Report(version.as_json(answer), str(answer.version or ""), "", version.outputs(answer), answer.notes)


def section(fields: Repository) -> Report:
    found = sections.next_section(filled(fields), SETTINGS, DATE, authors=True)
    return Report({"section": found.text}, found.text, found.text, notes=found.answer.notes)


def notes(fields: Repository) -> Report:
    found = sections.notes_of_tag(filled(fields, tagged=True), SETTINGS, "v1.0.1")
    return Report({"section": found.text}, found.text)


def checked(fields: Repository) -> Report:
    return Report({}, "may be released", notes=check_tag(filled(fields, tagged=True), SETTINGS, "v1.0.1").notes)


COMMANDS = (planned, next_version, section, notes, checked)


def told(command: Callable[[Repository], Report], fields: Repository) -> Iterator[tuple[str, str]]:
    """``(what it is, text)`` of all that a command shows, before the command line makes it harmless once more."""
    try:
        report = command(fields)
    except ReleaseError as error:
        yield from (("line", row) for row in error.lines())
        yield "annotation", actions.annotation(error, {"GITHUB_ACTIONS": "true"})
        return
    yield from (("note", note) for note in report.notes)
    yield from (("output", value) for value in report.outputs.values())
    yield from (("text", report.text), ("summary", report.summary), ("json", as_json(report.data)))


def acting(text: str) -> list[str]:
    """The characters of ``text`` that act on a terminal or mislead a reader, line breaks and tabs aside."""
    return [c for c in text if c not in "\n\t\xad" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.mark.parametrize("command", COMMANDS)
@given(repositories())
def test_no_field_of_git_acts_on_a_terminal_a_log_or_an_output(
    command: Callable[[Repository], Report], fields: Repository
) -> None:
    """faults.md, 67"""
    for kind, text in told(command, fields):
        assert not acting(text), (kind, text)
        assert "##[" not in text
        if kind in ("line", "note", "output", "annotation"):
            assert "\n" not in text, f"{kind} is one line"
        rows = [row.removeprefix("::error::") if kind == "annotation" else row for row in text.splitlines()]
        assert not [row for row in rows if row.lstrip().startswith("::")], (kind, text)


@given(repositories())
def test_no_field_of_git_adds_a_row_a_heading_or_a_link_to_a_summary(fields: Repository) -> None:
    """faults.md, 67"""
    try:
        report = planned(fields)
    except ReleaseError:
        return
    commits = len(fields.messages) + 1
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(report.summary)
    assert [each.type for each in tokens if each.type == "heading_open"] == ["heading_open"]
    assert sum(each.type == "tr_open" for each in tokens) == (1 + commits) + (1 + 1)
    assert not [each for each in tokens if each.type.startswith(("html", "fence", "hr", "code_block"))]
    inline = {child.type for each in tokens for child in each.children or ()}
    assert not {"link_open", "image", "html_inline"} & inline
    assert len(re.findall(r"(?m)^  (?:none |patch|minor|major)  [0-9a-f]{7}  ", report.text)) == commits


@given(repositories())
def test_no_field_of_git_adds_a_heading_or_a_link_to_a_changelog(fields: Repository) -> None:
    """faults.md, 67"""
    try:
        text = section(fields).text
    except ReleaseError:
        return
    tokens = MarkdownIt("commonmark").parse(text)
    titles = [then.content for one, then in pairwise(tokens) if one.type == "heading_open"]
    assert titles[0].endswith(f"] - {DATE}")
    assert set(titles[1:]) <= {"Breaking changes", "Added", "Changed", "Fixed", "Security", "Deprecated", "Removed"}
    inline = [child for each in tokens for child in each.children or ()]
    page = r"https://[\w./~-]+/(?:commit/[0-9a-f]{40}|pull/[0-9]+|merge_requests/[0-9]+)"
    assert all(re.fullmatch(page, str(child.attrs["href"])) for child in inline if child.type == "link_open")
    assert not [each for each in tokens if each.type.startswith("html")]
    assert not {"image", "html_inline"} & {child.type for child in inline}


@given(repositories())
def test_prepared_changelog_is_read_back_whatever_git_says(fields: Repository) -> None:
    try:
        section(fields)
    except ReleaseError:
        return
    git = filled(fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "CHANGELOG.md"
        prepare.apply(prepare.plan_section(git, SETTINGS, DATE, path, authors=True))
        assert not prepare.plan_section(git, SETTINGS, DATE, path, authors=True).changes


def test_footer_with_lines_of_its_own_is_refused_in_one_harmless_line() -> None:
    """faults.md, 67"""
    git = FakeGit()
    git.commit({}, "feat: base")
    git.tag("v1.0.0")
    git.commit(
        {}, "chore: x\n\nRelease-As: 1 \x1b[2J\u202e\n\n::stop-commands::x\n::warning title=spoof::all is well\n"
    )
    with pytest.raises(ReleaseError) as refusal:
        version.next_version(git, SETTINGS)
    assert refusal.value.message.startswith("the footer 'Release-As: 1 \\x1b[2J\\u202e' of ")
    assert refusal.value.message.endswith(" names no release version")
