"""CHANGELOG.md, in whatever form: where its sections are, and which release each is about.

A section runs from its heading to the next one of the level on which the releases stand, whatever that one says, or of
a level above it. A deeper heading begins a section only where it can be nothing but a release: a version with its day
(standard-version puts patches one level deeper). ``<a name="1.1.0"></a>`` right above a heading belongs to it.

Where people put the groups of a release (Added, Fixed, …) on the level of the releases themselves, the groups stay with
their release. Bold lines are headings where no other heading names a release.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from release.semver import Version
from release.versions.changelogentries import GROUPS
from release.versions.changeloglevel import BOLD_TITLE, is_plain, level_of
from release.versions.headingnames import HeadingName, name_of
from release.versions.headings import BOLD, Heading, headings_of

#: A link's definition: ``[1.1.0]: https://…``
LINK = re.compile(r"\[([^\]]+)\]:[ \t]*(\S+)\s*")

_GROUP_WORDS = frozenset(
    {
        *(title.lower() for title in GROUPS),
        *("breaking", "breaking change", "bug fixes", "bugfixes", "chores", "code refactoring", "dependencies", "docs"),
        *("documentation", "enhancements", "feature", "features", "fixes", "improvements", "internal", "misc"),
        *("miscellaneous", "miscellaneous chores", "new features", "other", "other changes", "performance"),
        *("performance improvements", "reverts", "styles", "tests", "what s changed"),
    }
)


class Kind(Enum):
    """What a section holds."""

    RELEASE = "a release"
    PENDING = "changes that are not released"
    PLAIN = "something else"


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its heading, what that names, and the first line after the section."""

    kind: Kind
    heading: Heading
    name: HeadingName
    end: int


@dataclass(frozen=True, slots=True)
class Changelog:
    """The file, line by line with its line ends, and its sections, in the file's order.

    Attributes:
        level: the level on which releases stand, or that of a new file where nobody can tell.
        inner: headings inside of sections that name a version all the same.
    """

    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    level: int
    inner: tuple[Heading, ...] = ()

    def find(self, version: Version) -> Section | None:
        """The section of the release ``version``."""
        return next((each for each in self.of(Kind.RELEASE) if each.name.version == version), None)

    def of(self, *kinds: Kind) -> tuple[Section, ...]:
        """The sections of these kinds, without those on a level above the releases' (``# 2.x``)."""
        return tuple(s for s in self.sections if s.kind in kinds and (s.kind is Kind.PENDING or self._is_level(s)))

    def text_of(self, section: Section) -> str:
        """What stands below a section's heading."""
        return "".join(self.lines[section.heading.end : section.end]).strip()

    def body(self, version: Version) -> str | None:
        """What stands below the heading of the release ``version``, or None when there is no such section."""
        section = self.find(version)
        return self.text_of(section) if section else None

    def near(self, version: Version) -> Section | None:
        """A section that may mean ``version`` and does not say so: ``1.1`` for 1.1.0, ``1.1.0 (Unreleased)``."""
        return next((s for s in self.of(Kind.RELEASE, Kind.PENDING) if s.name.order == version), None)

    def _is_level(self, section: Section) -> bool:
        return section.heading.level >= self.level


def parse(text: str) -> Changelog:
    """Find the sections of a changelog. Any text is one; linear in its length."""
    lines = tuple(re.findall(r"[^\n]*\n|[^\n]+", text))
    heads = [(each, name_of(each.title)) for each in headings_of(lines)]
    level = level_of(heads)
    if level != BOLD:
        heads = [(each, name) for each, name in heads if each.level != BOLD]
    plain = [name for _, name in heads if is_plain(name)]
    found: list[tuple[Kind, Heading, HeadingName]] = []
    inner = []
    begun = Kind.PLAIN
    for heading, name in heads:
        kind = _kind(heading, name, level, found[-1][0] if found else begun, plain)
        kind = Kind.PENDING if kind is None and name.is_pending and begun is Kind.PLAIN else kind
        if kind:
            found.append((kind, heading, name))
            begun = kind if begun is Kind.PLAIN else begun
        elif name.is_release and name.is_plain and name.order:
            inner.append(heading)
    ends = [*(heading.start for _, heading, _ in found[1:]), _end(lines, found[-1][1].end if found else 0)]
    sections = (Section(*each, end) for each, end in zip(found, ends, strict=False))
    return Changelog(lines, tuple(sections), level, tuple(inner))


def _kind(heading: Heading, name: HeadingName, level: int, before: Kind, plain: Sequence[HeadingName]) -> Kind | None:
    """The kind of the section that a heading begins; None when it stands inside of one.

    Args:
        before: the kind of the section above.
        plain: every name of a release that can be nothing else. Beside one of them, ``click 8.1.0`` is a release only
            with a whole version, and one that none of them has.
    """
    if heading.level == BOLD and not BOLD_TITLE.fullmatch(heading.title):
        return None
    if heading.level > level:
        alone = name.is_release and name.is_plain and name.order and name.is_dated
        return Kind.RELEASE if alone else None
    if name.is_pending:
        return Kind.PENDING
    if level == BOLD and heading.level != BOLD:  # a heading below a line in bold is part of what that says
        return Kind.PLAIN if before is Kind.PLAIN else None
    if name.is_release and (name.is_plain or not plain or _is_another(name, plain)):
        return Kind.RELEASE
    words = " ".join(re.findall(r"\w+", heading.title.lower()))
    if before is Kind.RELEASE and words in _GROUP_WORDS and heading.level == level:
        return None
    return None if heading.level == BOLD else Kind.PLAIN


def _is_another(name: HeadingName, plain: Sequence[HeadingName]) -> bool:
    return name.version is not None and all(name.version != each.version for each in plain)


def _end(lines: Sequence[str], least: int) -> int:
    """The first line after the last section: without blank lines and the definitions of links."""
    end = len(lines)
    while end > least and (not lines[end - 1].strip() or LINK.fullmatch(lines[end - 1])):
        end -= 1
    return end
