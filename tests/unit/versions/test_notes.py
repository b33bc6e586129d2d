"""The notes on a release's page: whole where they fit, cut at an entry with a link where they do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.versions import prepare, sections
from release.versions.check_tag import check_tag
from release.versions.links import Links
from release.versions.notes import LIMIT, release_notes
from release.versions.settings import VersionSettings
from tests.fakes.git import FakeGit

GITHUB = Links("https://github.com/owner/name", "github")
PAGE = "https://github.com/owner/name/blob/v1.4.0/CHANGELOG.md"
IMAGES = {"export": "sha256:" + "a" * 64, "report": "sha256:" + "b" * 64}


def entries(count: int, text: str = "a change that is told in one line of about sixty characters") -> str:
    return "\n".join(f"- {number}: {text}" for number in range(count))


def test_section_that_fits_is_whole_with_the_images_below() -> None:
    notes = release_notes("### Added\n\n- x\n", "v1.4.0", GITHUB, IMAGES)
    assert notes.text == (
        f"### Added\n\n- x\n\n### Images\n\n- `export`: `sha256:{'a' * 64}`\n- `report`: `sha256:{'b' * 64}`\n"
    )
    assert (notes.left_out, notes.warning) == (0, "")
    assert release_notes("- x", "v1.4.0", None).text == "- x\n"


def test_section_that_is_too_long_is_cut_at_an_entry_and_linked() -> None:
    """faults.md, 70"""
    section = f"### Added\n\n{entries(1500)}\n\n### Fixed\n\n{entries(1000)}"
    notes = release_notes(section, "v1.4.0", GITHUB, IMAGES)
    assert LIMIT - 200 < len(notes.text) <= LIMIT
    shown, _, rest = notes.text.partition("\n\nThe other ")
    assert section.startswith(shown + "\n- ")
    assert shown.count("\n- ") + notes.left_out == 2500
    assert rest.startswith(
        f"{notes.left_out:,} entries of this release: [CHANGELOG.md]({PAGE})\n\n### Images\n\n- `export`"
    )
    assert notes.warning == (
        f"the release's notes have {notes.length:,} characters and GitHub takes 125,000: its page leaves out the last "
        f"{notes.left_out:,} entries, with a link to CHANGELOG.md"
    )


def test_section_as_long_as_the_limit_is_whole_and_one_more_is_cut() -> None:
    section = "- a\n- " + "x" * (LIMIT - 7)
    assert len(release_notes(section, "v1.4.0", None).text) == LIMIT
    cut = release_notes(section + "x", "v1.4.0", None)
    assert cut.text == "- a\n\nThe other 1 entry of this release: CHANGELOG.md of `v1.4.0`\n"


def test_cut_falls_neither_into_code_nor_between_a_heading_and_its_entries() -> None:
    code = "```\n" + "- no entry\n" * 2000 + "```\n"
    section = f"### Added\n\n- one\n\n  more of it\n\n{code}\n{entries(1500)}\n\n### Fixed\n\n- {'x' * LIMIT}"
    notes = release_notes(section, "v1.4.0", GITHUB)
    assert "### Fixed" not in notes.text
    assert notes.text.count("```") == 2
    assert notes.left_out == 1


def test_one_entry_that_is_too_long_alone_leaves_the_link() -> None:
    notes = release_notes("### Added\n\n- " + "x" * LIMIT, "v1.4.0", GITHUB)
    assert notes.text == f"The other 1 entry of this release: [CHANGELOG.md]({PAGE})\n"


def test_words_without_entries_that_are_too_long_are_cut_at_a_heading() -> None:
    notes = release_notes("### Words\n\nSome.\n\n### More\n\n" + "x" * LIMIT, "v1.4.0", GITHUB)
    assert notes.text.startswith("### Words\n\nSome.\n\nThe rest of what is said about this release: [CHANGELOG.md]")
    assert "leaves out the end" in notes.warning


def test_signs_that_github_may_count_twice_are_counted_twice() -> None:
    assert len(release_notes("- a\n- " + "✨🎉" * (LIMIT // 3), "v1.4.0", None).text) < 100


def test_what_acts_is_written_out_before_it_is_counted() -> None:
    notes = release_notes("- a\n- " + "\x1b" * (LIMIT // 2), "v1.4.0", None)
    assert len(notes.text) < 100
    assert "\x1b" not in release_notes("- \x1b[31m\n::error::x", "v1.4.0", None).text


blocks = st.sampled_from(
    [
        "- {}",
        "* {}\n  more",
        "1. {}",
        "### {}",
        "{}",
        "```\n- {}\n```",
        "- {}\n\n  ```\n  - x\n  ```",
        "<!--\n- {}\n-->",
    ]
)


@given(st.lists(st.tuples(blocks, st.sampled_from([10, 9_000, 70_000])), max_size=12), st.booleans())
def test_notes_are_never_too_long_and_what_is_shown_is_the_beginning(
    parts: list[tuple[str, int]], linked: bool
) -> None:
    section = "\n\n".join(form.format("x" * size) for form, size in parts)
    notes = release_notes(section, "v1.4.0", GITHUB if linked else None, IMAGES)
    assert len(notes.text) <= LIMIT
    shown = re.split(r"(?:^|\n\n)(?:The (?:other|rest) |### Images)", notes.text)[0]
    assert section.startswith(shown)
    assert (notes.warning == "") == (shown == section.strip())
    assert f"sha256:{'b' * 64}" in notes.text


@pytest.mark.parametrize(
    "text", ["- x\n" * 100_000, "x" * 500_000, "\n" * 500_000 + "- x", "```x\n" * 100_000, "# x\n" * 99_999]
)
def test_long_sections_are_read_in_one_go(text: str) -> None:
    assert len(release_notes(text, "v1.4.0", GITHUB).text) <= LIMIT


@pytest.fixture
def git() -> FakeGit:
    """v1.0.0, then a fix whose release's section is too long for GitHub."""
    git = FakeGit()
    git.remote = "https://github.com/owner/name.git"
    git.commit({}, "feat: all")
    git.tag("v1.0.0")
    git.commit({"CHANGELOG.md": f"## 1.0.1\n\n{entries(3000)}\n".encode()}, "fix: x")
    return git


def test_notes_of_a_tag_are_cut_and_link_to_the_file_at_the_tag(git: FakeGit) -> None:
    git.tag("v1.0.1")
    notes = sections.notes_of_tag(git, VersionSettings(), "refs/tags/v1.0.1", IMAGES)
    assert len(notes.text) <= LIMIT
    assert "(https://github.com/owner/name/blob/v1.0.1/CHANGELOG.md)" in notes.text


def test_length_is_told_before_the_tag_is_made_and_before_it_is_deployed(git: FakeGit, tmp_path: Path) -> None:
    """faults.md, 70"""
    path = tmp_path / "CHANGELOG.md"
    path.write_text(f"## Unreleased\n\n{entries(3000)}\n")
    assert "GitHub takes 125,000" in prepare.plan_section(git, VersionSettings(), "2026-11-21", path).notes[-1]
    git.tag("v1.0.1")
    assert "GitHub takes 125,000" in check_tag(git, VersionSettings(), "v1.0.1").notes[-1]
