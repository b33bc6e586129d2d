"""CHANGELOG.md in the form of Keep a Changelog 1.1.0: find its sections, add one, keep every other line as it is.

A new section opens right below the heading of the unreleased one, so what people wrote there becomes part of the
release without being touched, and generated entries join the groups they wrote (Added, Fixed, …). A section that is
there is left alone: running twice changes nothing. The one line that is ever replaced is the comparison behind
``[unreleased]``, and only when it is the one this module writes.

Headings count at the start of a line, outside of fenced code and comments; entries are indented, so that nothing in a
commit message can look like a heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from release.semver import Version, try_parse
from release.versions.changelogentries import EntryGroup
from release.versions.changeloglines import merged, outside_code
from release.versions.links import Links

NEW = """\
# Changelog

All notable changes to this project will be documented in this file.

The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/),
and this project adheres to [Semantic Versioning](https://semver.org/spec/v2.0.0.html).

## [Unreleased]
"""

_HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
_LINK = re.compile(r"\[([^\]]+)\]:[ \t]*(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """One section: ``lines[start]`` is its heading, ``lines[end]`` the first line after it.

    ``version`` is None for the unreleased one.
    """

    version: Version | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Changelog:
    """The file, line by line with its line ends, and where its sections are, in the file's order."""

    lines: tuple[str, ...]
    sections: tuple[Section, ...]

    def find(self, version: Version | None) -> Section | None:
        """The section of ``version``; of the unreleased changes for None."""
        return next((section for section in self.sections if section.version == version), None)

    def body(self, version: Version | None) -> str | None:
        """What stands below a section's heading, or None when there is no such section."""
        section = self.find(version)
        return "".join(self.lines[section.start + 1 : section.end]).strip() if section else None


@dataclass(frozen=True, slots=True)
class ReleaseHeading:
    """What a section says of its release: version, day, and the tags that its comparison links name.

    Attributes:
        date: ``2026-11-21``.
        tag, previous: names of tags; ``previous`` is "" before the first release.
        links: the remote's pages, or None when it has none.
    """

    version: Version
    date: str
    tag: str
    previous: str
    links: Links | None


def parse(text: str) -> Changelog:
    """Find the sections of a changelog. Any text is one; linear in its length."""
    lines = tuple(re.findall(r"[^\n]*\n|[^\n]+", text))
    heads = [(place, title) for place, line in outside_code(lines) if (title := _title(line))]
    end = len(lines)
    while end and (not lines[end - 1].strip() or _LINK.fullmatch(lines[end - 1])):
        end -= 1
    ends = [*(place for place, _ in heads[1:]), max(end, heads[-1][0] + 1) if heads else 0]
    sections = tuple(
        Section(title if isinstance(title, Version) else None, place, after)
        for (place, title), after in zip(heads, ends, strict=False)
    )
    return Changelog(lines, sections)


def render(release: ReleaseHeading, groups: Sequence[EntryGroup]) -> str:
    """The section alone, as it is inserted into a file that holds nothing of it yet."""
    return "\n".join([_heading(release), "", *_joined(groups)]) + "\n"


def insert(text: str, release: ReleaseHeading, groups: Sequence[EntryGroup]) -> str:
    """``text`` with the release's section; ``text`` itself when it has that section already."""
    text = text or NEW
    log = parse(text)
    if log.find(release.version):
        return text
    eol = "\r\n" if log.lines and log.lines[0].endswith("\r\n") else "\n"
    lines = [line if line.endswith("\n") else line + eol for line in log.lines]
    unreleased = log.find(None)
    newer = [s for s in log.sections if s.version and s.version.precedence > release.version.precedence]
    if unreleased and not newer:
        own = lines[unreleased.start + 1 : unreleased.end]
        start, end = unreleased.start + 1, unreleased.end
        kept = [*lines[:start], *_ended(["", _heading(release)], eol), *merged(own, groups, eol)]
    else:
        older = [s for s in log.sections if s.version and s.version.precedence < release.version.precedence]
        start = end = older[0].start if older else log.sections[-1].end if log.sections else len(lines)
        before = [""] if start and lines[start - 1].strip() else []
        kept = [*lines[:start], *_ended([*before, *render(release, groups).rstrip("\n").split("\n")], eol)]
    if end < len(lines) and lines[end].strip() and kept[-1].strip():
        kept.append(eol)
    return "".join(_linked([*kept, *lines[end:]], release, eol))


def _title(line: str) -> Version | Literal["unreleased"] | None:
    """What a heading names, or None for any other line."""
    match = _HEADING.match(line)
    if match is None:
        return None
    title = match[2].strip()
    name = title[1:].partition("]")[0] if title.startswith("[") else title.split()[0]
    if name.lower() == "unreleased":
        return "unreleased"
    return try_parse(name.removeprefix("v"))


def _heading(release: ReleaseHeading) -> str:
    return f"## [{release.version}] - {release.date}"


def _joined(groups: Sequence[EntryGroup]) -> list[str]:
    lines: list[str] = []
    for group in groups:
        lines += ([""] if lines else []) + [f"### {group.title}", "", *group.lines]
    return lines


def _ended(lines: Sequence[str], eol: str) -> list[str]:
    return [line + eol for line in lines]


def _linked(lines: list[str], release: ReleaseHeading, eol: str) -> list[str]:
    """``lines`` with the link definitions of the release, where the remote has pages."""
    links = release.links
    if links is None:
        return lines
    page = links.compare(release.previous, release.tag) if release.previous else links.tag(release.tag)
    own = f"[{release.version}]: {page}{eol}"
    definitions = [(place, match) for place, line in enumerate(lines) if (match := _LINK.fullmatch(line))]
    following = f"[unreleased]: {links.compare(release.tag, 'HEAD')}{eol}"
    if not definitions:
        gap = [eol] if lines and lines[-1].strip() else []
        return [*lines, *gap, following, own]
    if any(match[1] == str(release.version) for _, match in definitions):
        return lines
    lines = list(lines)
    before = links.compare(release.previous, "HEAD") if release.previous else ""
    place = definitions[-1][0] + 1
    for at, match in reversed(definitions):
        version = try_parse(match[1].removeprefix("v"))
        if version and version.precedence < release.version.precedence:
            place = at
        if match[1].lower() == "unreleased" and match[2] == before:
            lines[at] = f"[{match[1]}]: {links.compare(release.tag, 'HEAD')}{eol}"
    return [*lines[:place], own, *lines[place:]]
