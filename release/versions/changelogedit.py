"""A release's section goes into CHANGELOG.md; every other line stays what it is, where it is.

A new section opens right below the heading of the unreleased one, so what people wrote there becomes part of the
release without being touched, and generated entries join the groups they wrote (Added, Fixed, …). Without one it goes
above the newest release. Unreleased changes that carry their version already (``1.2.0 (Unreleased)``) get the date. A
section that is there is left alone: running twice changes nothing.

A file that is not understood is refused: the result is read back, and nothing in it may have moved from one release
into another.
"""

from __future__ import annotations

from collections.abc import Sequence

from release.versions import changelogcheck
from release.versions.changelog import Changelog, Kind, Section, parse
from release.versions.changelogentries import EntryGroup
from release.versions.changeloglines import merged
from release.versions.changeloglinks import ReleaseHeading, linked
from release.versions.headingnames import dated
from release.versions.headings import BOLD

NEW = """\
# Changelog

All notable changes to this project will be documented in this file.

The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/),
and this project adheres to [Semantic Versioning](https://semver.org/spec/v2.0.0.html).

## [Unreleased]
"""


def render(release: ReleaseHeading, groups: Sequence[EntryGroup], level: int = 2) -> str:
    """The section alone, as it is inserted into a file that holds nothing of it yet."""
    return "".join([_heading(release, level) + "\n", *merged([], groups, "\n", _below(level))])


def insert(text: str, release: ReleaseHeading, groups: Sequence[EntryGroup]) -> str:
    """``text`` with the release's section; ``text`` itself when it has that section already.

    Raises:
        UsageError: the file is not understood well enough to be changed; it says what in it, and the line.
    """
    text = text or NEW
    log = parse(text)
    if log.find(release.version):
        return text
    changelogcheck.before(log, release.version)
    eol = "\r\n" if log.lines and log.lines[0].endswith("\r\n") else "\n"
    lines = [line if line.endswith("\n") else line + eol for line in log.lines]
    pending = next(iter(log.of(Kind.PENDING)), None)
    if pending and pending.name.version != release.version and _newer(log, release):
        pending = None
    if pending:
        own = merged(lines[pending.heading.end : pending.end], groups, eol, _below(log.level))
        kept, rest = [*_opened(lines, pending, release, log.level, eol), *own], lines[pending.end :]
    else:
        place = _place(log, release)
        gap = [eol] if place and lines[place - 1].strip() else []
        section = render(release, groups, log.level).rstrip("\n").split("\n")
        kept, rest = [*lines[:place], *gap, *(line + eol for line in section)], lines[place:]
    if rest and rest[0].strip() and kept[-1].strip():
        kept.append(eol)
    result = "".join(linked([*kept, *rest], release, eol))
    changelogcheck.after(log, parse(result), release.version, groups, pending)
    return result


def _opened(lines: list[str], pending: Section, release: ReleaseHeading, level: int, eol: str) -> list[str]:
    """The lines down to the heading that opens the release: a new one, or that of the unreleased section, dated."""
    head = pending.heading
    if pending.name.version != release.version:
        return [*lines[: head.end], eol, _heading(release, level) + eol]
    return [*lines[: head.line], dated(lines[head.line], release.date), *lines[head.line + 1 : head.end]]


def _newer(log: Changelog, release: ReleaseHeading) -> list[Section]:
    return [
        each
        for each in log.of(Kind.RELEASE)
        if each.name.order and each.name.order.precedence > release.version.precedence
    ]


def _place(log: Changelog, release: ReleaseHeading) -> int:
    """The line above which the section goes: above the first older release, else below the title."""
    newer, releases = _newer(log, release), log.of(Kind.RELEASE)
    older = next((each for each in releases if each not in newer), None)
    if older:
        return older.heading.start
    if releases:
        return releases[-1].end
    heads = [each.heading for each in log.sections]
    if not heads:
        return len(log.lines)
    first = heads[1:] if heads[0].level == 1 or heads[0].level < min(each.level for each in heads[1:]) else heads
    return first[0].start if first else log.sections[-1].end


def _heading(release: ReleaseHeading, level: int) -> str:
    return f"**{release.title}**" if level == BOLD else f"{'#' * level} {release.title}"


def _below(level: int) -> int:
    """The level of groups: below the release's, and as deep as Keep a Changelog has them."""
    return 3 if level == BOLD else min(max(level + 1, 3), 6)
