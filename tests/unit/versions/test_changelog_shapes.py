"""Changelogs as people write them: the section finds its place in each shape, or the file is refused and untouched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from release.errors import UsageError
from release.semver import parse
from release.versions import changelog
from release.versions.changelogedit import insert
from release.versions.changelogentries import EntryGroup
from release.versions.changeloglinks import ReleaseHeading
from release.versions.links import Links

GROUPS = (EntryGroup("Added", ("- a new thing (1111111)",)), EntryGroup("Fixed", ("- a bug (2222222)",)))
NEW = "[1.2.0] - 2026-11-21"


def release(version: str = "1.2.0", links: Links | None = None) -> ReleaseHeading:
    return ReleaseHeading(parse(version), "2026-11-21", f"v{version}", "v1.1.0", links)


ANCHORS = """\
# Change Log

<a name="1.1.0"></a>
# 1.1.0 (2026-02-01)

- Second thing

<a name="1.0.0"></a>
# 1.0.0 (2026-01-01)

- First thing
"""

INNER_VERSIONS = """\
# Changelog

## [1.1.0] - 2026-02-01

### 1.0.0 to 1.1.0

How to move.

### Added

- Second thing

## [1.0.0] - 2026-01-01

- First thing
"""

NUMBERED = """\
# Changelog

## 1.2.0 (Unreleased)

FEATURES:

* a hand-written pending line

## 1.1.0 (February 1, 2026)

* Second thing
"""

SETEXT = """\
Release v1.1.0 (2026-02-01)
===

### Added
- Second thing

Release v1.0.0 (2026-01-01)
===

### Added
- First thing
"""

TWO_PARTS = """\
# Changelog

## [Unreleased]

### Added

- pending addition

### Fixed

- pending fix

## [1.1] - 2026-02-01

### Added

- Second thing

### Changed

- Changed thing

## [1.0] - 2026-01-01

### Removed

- Removed thing
"""

WORDS = """\
# Changelog

## Version 1.1.0 (2026-02-01)

- Second thing

## Version 1.0.0 (2026-01-01)

- First thing
"""

SECTION = "\n\n### Added\n\n- a new thing (1111111)\n\n### Fixed\n\n- a bug (2222222)\n\n"


def test_anchors_stay_with_their_heading() -> None:
    """faults.md, 66"""
    assert insert(ANCHORS, release(), GROUPS) == ANCHORS.replace(
        '<a name="1.1.0">', f'# {NEW}{SECTION}<a name="1.1.0">', 1
    )
    assert changelog.parse(ANCHORS).body(parse("1.1.0")) == "- Second thing"


def test_heading_inside_a_section_that_names_versions_is_no_section() -> None:
    """faults.md, 66"""
    text = insert(INNER_VERSIONS, release(), GROUPS)
    assert text == INNER_VERSIONS.replace("## [1.1.0]", f"## {NEW}{SECTION}## [1.1.0]", 1)
    body = changelog.parse(text).body(parse("1.1.0")) or ""
    assert body.startswith("### 1.0.0 to 1.1.0\n\nHow to move.\n\n### Added")


def test_unreleased_changes_that_carry_their_version_get_the_day() -> None:
    """faults.md, 66"""
    text = insert(NUMBERED, release(), GROUPS)
    assert text == NUMBERED.replace("1.2.0 (Unreleased)", "1.2.0 (2026-11-21)").replace(
        "pending line\n\n", f"pending line{SECTION}"
    )
    assert insert(text, release(), GROUPS) == text


def test_unreleased_changes_that_carry_another_version_are_refused_with_both_ways_on() -> None:
    with pytest.raises(
        UsageError, match=r"line 3: '## 1\.2\.0 \(Unreleased\)' names another version than 2\.0\.0"
    ) as it:
        insert(NUMBERED, release("2.0.0"), GROUPS)
    assert "Release-As: 1.2.0" in it.value.next_step
    assert "release changelog prints it" in it.value.next_step
    assert it.value.untouched == "CHANGELOG.md"


def test_underlined_releases_get_the_section_above_the_newest() -> None:
    """faults.md, 66"""
    assert insert(SETEXT, release(), GROUPS) == f"# {NEW}{SECTION}{SETEXT}"
    assert changelog.parse(SETEXT).body(parse("1.0.0")) == "### Added\n- First thing"


def test_unreleased_section_ends_at_the_next_heading_of_its_level_whatever_that_says() -> None:
    """faults.md, 66"""
    text = insert(TWO_PARTS, release(), (*GROUPS, EntryGroup("Changed", ("- changed (3333333)",))))
    assert text == TWO_PARTS.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## {NEW}\n", 1).replace(
        "pending addition\n", "pending addition\n- a new thing (1111111)\n"
    ).replace("pending fix\n", "pending fix\n- a bug (2222222)\n\n### Changed\n\n- changed (3333333)\n")


def test_releases_named_in_words_get_the_section_above_the_newest() -> None:
    """faults.md, 66"""
    assert insert(WORDS, release(), GROUPS) == WORDS.replace(
        "## Version 1.1.0", f"## {NEW}{SECTION}## Version 1.1.0", 1
    )
    assert changelog.parse(WORDS).body(parse("1.0.0")) == "- First thing"


@pytest.mark.parametrize(
    ("heading", "new"),
    [
        ("## 1.1.0rc1", f"## {NEW}"),
        ("## 2026-02-01", f"## {NEW}"),
        ("## click 1.1.0", f"## {NEW}"),
        ("#### 1.1.0", f"#### {NEW}"),
        ("###### v1.1.0 ######", f"###### {NEW}"),
        ("**1.1.0** (2026-02-01)", f"**{NEW}**"),
        ("__1.1.0__", f"**{NEW}**"),
        (" ## 1.1.0", f"## {NEW}"),
        ("1.1.0\n-----", f"## {NEW}"),
        ("## 1.0.0 and 1.1.0", f"## {NEW}"),
        ("## [1.1.0](https://example.org/compare/v1.0.0...v1.1.0) (2026-02-01)", f"## {NEW}"),
    ],
)
def test_section_goes_below_the_title_and_above_the_newest_release(heading: str, new: str) -> None:
    """faults.md, 66"""
    text = insert(f"# Changelog\n\nWords.\n\n{heading}\n\n- old\n", release(), GROUPS)
    lines = text.splitlines()
    assert lines[:5] == ["# Changelog", "", "Words.", "", new]
    assert text.endswith(f"\n\n{heading}\n\n- old\n")


def test_patches_one_level_deeper_are_sections_and_groups_are_not() -> None:
    text = "# [1.1.0](x) (2026-03-01)\n\n### Features\n\n- a\n\n## [1.0.1](x) (2026-02-01)\n\n### Bug Fixes\n\n- b\n"
    log = changelog.parse(insert(text, release(), GROUPS))
    assert [str(each.name.version) for each in log.of(changelog.Kind.RELEASE)] == ["1.2.0", "1.1.0", "1.0.1"]
    assert log.body(parse("1.1.0")) == "### Features\n\n- a"


def test_groups_on_the_level_of_the_releases_stay_with_their_release() -> None:
    log = changelog.parse("## 1.1.0\n\n## Features\n\n- a\n\n## 1.0.0\n\n- b\n\n## Credits\n\nEverybody.\n")
    assert log.body(parse("1.1.0")) == "## Features\n\n- a"
    assert log.body(parse("1.0.0")) == "- b"


def test_line_across_the_page_stays_between_the_releases() -> None:
    text = "## Unreleased\n\n### Added\n\n- x\n\n---\n\n## 1.1.0\n\n- old\n"
    assert insert(text, release(), GROUPS) == (
        f"## Unreleased\n\n## {NEW}\n\n### Added\n\n- x\n- a new thing (1111111)\n\n"
        "### Fixed\n\n- a bug (2222222)\n\n---\n\n## 1.1.0\n\n- old\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("## 1.2\n\n- x\n", 1, "may be the section of 1.2.0"),
        ("## Unreleased\n\n- x\n\n### 1.0.0\n\n- y\n\n## 1.1.0\n\n- z\n", 5, "names a release deeper than the others"),
        ("## 1.1.0\n\n- x\n\n### 1.2.0\n\n- y\n", 5, "names a release deeper than the others"),
        ("## 1.1.0\n\n- x\n\n## 1.1.0\n\n- y\n", 5, "begins a second section of 1.1.0"),
        ("## Unreleased\n\n## Upcoming\n\n- x\n", 3, "is the second one about unreleased changes"),
        ("## 1.3.0 (Unreleased)\n\n- x\n", 1, "names another version than 1.2.0"),
        ("## 1.2 (unreleased)\n\n- x\n", 1, "names another version than 1.2.0"),
        ("## 1.1.0\n\n- x\n\n## Unreleased\n\n- y\n", 5, "stands below a release"),
        ("# Log\n\n## 1.0.0\n\n- x\n\n## 1.1.0\n\n- y\n", 3, "begins releases with the oldest first"),
        ("# Log\n\n1.1.0 (2026-02-01)\n\n- x\n", 3, "seems to name a release, and is no heading"),
        ("# Log\n\n- v1.1.0\n  - x\n", 3, "seems to name a release, and is no heading"),
        ("| 1.1.0 | x |\n| --- | --- |\n", 1, "seems to name a release, and is no heading"),
        ("> ## 1.1.0\n", 1, "seems to name a release, and is no heading"),
        ("## Unreleased\n\n## Added\n\n- x\n\n## 1.1.0\n", 3, "would not keep its place"),
        ("# Log\n\n  ## 1.1.0\n\n- x\n", 3, "is indented, so that a list above takes it in"),
    ],
)
def test_file_that_is_a_riddle_is_refused_with_the_line_and_what_to_do(text: str, line: int, problem: str) -> None:
    """faults.md, 66"""
    with pytest.raises(UsageError, match=rf"^CHANGELOG\.md, line {line}: .* {problem}") as refusal:
        insert(text, release(), GROUPS)
    assert refusal.value.untouched == "CHANGELOG.md"
    assert "release changelog prints it" in refusal.value.next_step


def test_newest_maintenance_release_on_top_is_not_the_oldest_first() -> None:
    text = "## 1.0.1 - 2026-03-01\n\n- x\n\n## 1.1.0 - 2026-02-01\n\n- y\n"
    assert insert(text, release(), GROUPS).startswith(f"## {NEW}\n")


def test_definitions_in_code_are_left_alone() -> None:
    links = Links("https://github.com/o/n", "github")
    code = f"```\n[unreleased]: {links.compare('v1.1.0', 'HEAD')}\n[1.1.0]: https://example.org\n```\n"
    text = f"## 1.1.0\n\n- x\n\n{code}"
    assert code in insert(text, release(links=links), GROUPS)


# property: nothing that people wrote is lost or moved into another release


@dataclass(frozen=True)
class Shape:
    """How a file writes its headings: of a release, of what is not released; and whether it takes the new section."""

    heading: Callable[[str, str], str]
    pending: str


SHAPES = {
    "keep a changelog": Shape(lambda v, d: f"## [{v}] - {d}", "## [Unreleased]"),
    "first level": Shape(lambda v, d: f"# {v} ({d})", "# Unreleased"),
    "anchors": Shape(lambda v, d: f'<a name="{v}"></a>\n# {v} ({d})', '<a name="next"></a>\n# Unreleased'),
    "anchors, and a blank": Shape(lambda v, d: f'<a id="{v}"/>\n\n## {v} ({d})', "## Next release"),
    "words": Shape(lambda v, d: f"## Version {v} ({d})", "## Unreleased changes"),
    "a name": Shape(lambda v, _: f"## click {v}", "## Unreleased"),
    "letters": Shape(lambda v, _: f"## v{v}", "## Upcoming"),
    "links": Shape(
        lambda v, d: f"## [{v}](https://example.org/compare/v0...v{v}) ({d})", "## [Unreleased](https://x.org)"
    ),
    "underlined": Shape(lambda v, d: f"Release v{v} ({d})\n===", "Unreleased\n=========="),
    "underlined twice": Shape(lambda v, d: f"{v} / {d}\n----------", "Unreleased\n---"),
    "fourth level": Shape(lambda v, _: f"#### {v}", "#### Unreleased"),
    "bold": Shape(lambda v, d: f"**{v}** ({d})", "**Unreleased**"),
    "two parts": Shape(lambda v, d: f"## [{v.rpartition('.')[0]}] - {d}", "## [Unreleased]"),
    "candidates": Shape(lambda v, d: f"## {v}rc1 ({d})", "## Unreleased"),
    "days": Shape(lambda _, d: f"## {d}", "## Unreleased"),
    "days and versions": Shape(lambda v, d: f"## {d}, Version {v} (Current), @name", "## Unreleased"),
    "patches deeper": Shape(lambda v, d: f"{'##' if v.endswith('.0') else '###'} [{v}](x) ({d})", "## Unreleased"),
    "indented": Shape(lambda v, _: f" ## {v}", " ## Unreleased"),
}

#: What may stand in a section; ``@`` becomes a word that stands nowhere else.
BLOCKS = (
    "- @ item",
    "* @ item\n  continued",
    "### Added\n\n- @",
    "### Fixed\n- @",
    "#### Added\n\n- @",
    "### Breaking changes\n\n- @",
    "@ words\nin two lines",
    "```\n## [1.2.0] @\n- x\n```",
    "~~~ text\n# Unreleased @\n~~~",
    "<!--\n## 9.9.9 @\n-->",
    "@ FEATURES:",
    "### 1.0.0 to 1.1.0\n\n@ How to move.",
    "##### Upgrading from 0.x @",
    "- @ item\n\n  ## 9.9.9 - 2020-01-01\n\n  more",
    "> ## 0.0.1 @",
    "| @ | b |\n| --- | --- |\n| c | d |",
    "---\n\n@",
    "[@]: https://example.org/x",
    "    ## 0.0.2 @ code",
    "1. @ one\n2. two",
    "<details>\n<summary>@</summary>\n\n- x\n\n</details>",
    "### @",
    "**@** in bold",
    "~~~~~\n@ never closed",
    '<a name="@"></a>\n\nwords',
    "[1.1.0]: https://example.org/@",
    "- @\n---",
)
PREFACES = (
    "",
    "# Changelog",
    "# Change Log\n\n@ All notable changes.",
    "Changes\n=======\n\n@ Words.",
    "@ Words.",
    "<!-- @ -->\n# Changelog",
)
#: The shapes in which a section's own headings stand deeper than the fourth level.
DEEP = ("fourth level", "patches deeper")
VERSIONS = ("3.0.0", "2.1.1", "1.1.1", "1.1.0", "1.0.1", "1.0.0", "0.9.0")


@dataclass(frozen=True)
class Written:
    """A generated file; ``parts`` are (its owner, its text): the owner is "", "pending" or a release's heading."""

    parts: tuple[tuple[str, str], ...]
    versions: tuple[str, ...]
    eol: str

    @property
    def text(self) -> str:
        return "\n\n".join(part for _, part in self.parts if part).replace("\n", self.eol) + self.eol


@st.composite
def files(draw: st.DrawFn) -> Written:
    name = draw(st.sampled_from(sorted(SHAPES)))
    shape = SHAPES[name]
    numbers = iter(range(1000))

    def marked(block: str) -> str:
        block = re.sub("(?m)^#{3,4} ", "##### ", block) if name in DEEP else block
        return block.replace("@", f"mark{next(numbers)}")

    bodies = st.lists(st.sampled_from(BLOCKS), max_size=4)
    parts = [("", marked(draw(st.sampled_from(PREFACES))))]
    if draw(st.booleans()):
        numbered = shape.heading("1.2.0", "Unreleased")
        pending = draw(st.sampled_from([shape.pending, numbered if "Unreleased" in numbered else shape.pending]))
        parts.append(("pending", pending))
        parts += [("pending", marked(block)) for block in draw(bodies)]
    versions = sorted(draw(st.lists(st.sampled_from(VERSIONS), unique=True, max_size=4)), reverse=True)
    for version in versions:
        heading = shape.heading(version, f"202{version[0]}-0{version[2]}-1{version[4]}")
        parts.append((heading, heading))
        parts += [(heading, marked(block)) for block in draw(bodies)]
    assume(sum("never closed" in part for _, part in parts) < 2)  # two of them close each other
    return Written(tuple(parts), tuple(versions), draw(st.sampled_from(["\n", "\r\n"])))


def owners(text: str, headings: dict[str, str]) -> dict[str, str]:
    """Each marked word -> the owner of the heading that stands nearest above it, told by the headings' first lines.

    Definitions of links may stand anywhere, so they are nobody's.
    """
    found, owner = {}, ""
    for line in text.splitlines():
        owner = headings.get(line, owner)
        for word in re.findall(r"mark[0-9]+", line) if not re.match(r"\[.*\]: ", line) else ():
            found[word] = owner
    return found


@given(files(), st.sampled_from([None, Links("https://github.com/owner/name", "github")]))
def test_nothing_that_people_wrote_is_lost_or_moved_into_another_release(file: Written, links: Links | None) -> None:
    """faults.md, 66"""
    before = file.text
    try:
        after = insert(before, release(links=links), GROUPS)
    except UsageError as refusal:
        assert (refusal.untouched, bool(refusal.next_step)) == ("CHANGELOG.md", True)  # noqa: PT017 - either way is right
        return
    heads = {part.splitlines()[0]: owner for owner, part in file.parts if owner and owner == part}
    heads |= {part.splitlines()[0]: "pending" for owner, part in file.parts[1:2] if owner == "pending"}
    numbered = [head for head, owner in heads.items() if owner == "pending" and "1.2.0" in head]
    dated = {head.replace("Unreleased", "2026-11-21"): "new" for head in numbered}
    new = {f"{'#' * level} {NEW}": "new" for level in range(1, 7)} | {f"**{NEW}**": "new"}
    was, now = owners(before, heads), owners(after, heads | dated | new)
    taken = numbered or max(file.versions, default="") < "1.2.0"
    waiting = {now[word] for word, owner in was.items() if owner == "pending"}
    assert waiting <= ({"new"} if taken else {"new", "pending"})
    assert len(waiting) <= 1
    assert {word: owner for word, owner in now.items() if was[word] != "pending"} == {
        word: owner for word, owner in was.items() if owner != "pending"
    }
    assert insert(after, release(links=links), GROUPS) == after
    assert changelog.parse(after).body(parse("1.2.0"))
    one, other = changelog.parse(before), changelog.parse(after)
    for version in VERSIONS:
        assert words(one.body(parse(version))) == words(other.body(parse(version)))


def words(body: str | None) -> list[str] | None:
    """The words of a section without the definitions of links, which stand anywhere."""
    return None if body is None else re.sub(r"(?m)^\[[^\]]+\]:.*$", "", body).split()


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("pending", [False, True])
def test_plain_file_of_each_shape_takes_the_section_where_it_belongs(name: str, pending: bool) -> None:
    shape = SHAPES[name]
    heads = [shape.heading(version, f"2026-0{9 - n}-01") for n, version in enumerate(("1.1.1", "1.1.0", "0.9.0"))]
    parts = ["# Changelog", *([shape.pending, "- waiting"] if pending else [])]
    for head in heads:
        parts += [head, f"- of {head.splitlines()[-1]}"]
    if name == "bold" and pending:
        parts[1] = "## Unreleased"
    text = insert("\n\n".join(parts) + "\n", release(), GROUPS)
    tokens = MarkdownIt("commonmark").parse(text)
    titles = [then.content for one, then in pairwise(tokens) if one.type == "heading_open"]
    if name != "bold":
        assert titles[1 + pending] == NEW, "the new section's heading is one to every reader of Markdown"
    place = text.index(NEW)
    assert text.index("# Changelog") < place < text.index(heads[0])
    assert ("- waiting" not in text) or text.index("- waiting") > place
    assert changelog.parse(text).body(parse("1.2.0"))
