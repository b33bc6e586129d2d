"""Before a changelog is changed: is it understood? After it: is everything that people wrote where it was?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from release.errors import UsageError
from release.semver import Version
from release.text import line as harmless
from release.versions.changelog import LINK, Changelog, Kind, Section
from release.versions.changelogentries import EntryGroup
from release.versions.headingnames import name_of
from release.versions.headings import outside_code

_MARKS = re.compile(r"[\s#>*|+~`_=-]*")
_ISO = re.compile(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")


def before(log: Changelog, version: Version) -> None:
    """Refuse a file in which the place of the section of ``version`` is a riddle. Raises UsageError."""
    pending, releases = log.of(Kind.PENDING), log.of(Kind.RELEASE)
    near = log.near(version)
    if near and near.kind is Kind.RELEASE:
        raise _refusal(log, near.heading.line, f"may be the section of {version}", f"name it {version}, or otherwise")
    for each in log.inner:
        inside = any(s.heading.end <= each.line < s.end for s in pending)
        if inside or name_of(each.title).version == version:
            raise _refusal(
                log, each.line, "names a release deeper than the others stand", "put it on their level, or reword it"
            )
    seen: set[Version] = set()
    for section in releases:
        if section.name.version in seen:
            problem = f"begins a second section of {section.name.version}"
            raise _refusal(log, section.heading.line, problem, "make them one")
        seen |= {section.name.version} if section.name.version else set()
    if len(pending) > 1:
        raise _refusal(log, pending[1].heading.line, "is the second one about unreleased changes", "make them one")
    if pending and pending[0].name.version != version:
        if pending[0].name.order:
            raise _refusal(
                log,
                pending[0].heading.line,
                f"names another version than {version}, which the commits ask for",
                f"rename it, or have that version with the footer Release-As: {pending[0].name.order}",
            )
        if releases and releases[0].heading.line < pending[0].heading.line:
            raise _refusal(log, pending[0].heading.line, "stands below a release", "put it above all releases")
    if _is_oldest_first([each for each in releases if each.name.order]):
        raise _refusal(log, releases[0].heading.line, "begins releases with the oldest first", "put the newest first")
    if not releases and not pending:
        _refuse_unread(log)


def _is_oldest_first(releases: Sequence[Section]) -> bool:
    """Whether each version is above the one before it; days that go down say that the order is another one."""
    orders = [each.name.order.precedence for each in releases if each.name.order]
    days = [match[0] for each in releases if (match := _ISO.search(each.heading.title))]
    down = len(days) > 1 and days[0] >= days[-1]
    return len(orders) > 1 and orders == sorted(set(orders)) and not down


def _refuse_unread(log: Changelog) -> None:
    """A file whose releases are no headings (list items, a table, bare lines) would get its newest at the very end."""
    for place, line in outside_code(log.lines):
        name = name_of(_MARKS.sub("", line, count=1))
        if LINK.fullmatch(line):
            continue
        if name.is_plain and name.order and (name.is_release or name.is_pending):
            raise _refusal(log, place, "seems to name a release, and is no heading", "make a heading of it: ## 1.2.3")


def after(
    log: Changelog, result: Changelog, version: Version, groups: Sequence[EntryGroup], claimed: Section | None
) -> None:
    """Refuse a result in which anything went from one section into another, or got lost. Raises UsageError.

    Args:
        claimed: the unreleased section whose text became the release's.
    """
    made = result.find(version)
    if made is None:
        raise _misplaced(log, version, claimed.heading.line if claimed else 0)
    lines = _told(result, made)
    missing = {line.rstrip() for group in groups for line in group.lines if line} - set(lines)
    if missing or (claimed and not _holds(lines, _told(log, claimed))):
        raise _misplaced(log, version, claimed.heading.line if claimed else 0)
    then = [each for each in result.sections if each is not made]
    if claimed and not claimed.name.order:
        then = [each for each in then if each.kind is not Kind.PENDING or _told(result, each)]
    for place, each in enumerate(one for one in log.sections if one is not claimed):
        same = (
            place < len(then)
            and log.lines[each.heading.line].rstrip() == result.lines[then[place].heading.line].rstrip()
        )
        if not same or _told(log, each) != _told(result, then[place]):
            raise _misplaced(log, version, each.heading.line)
    top = log.sections[0].heading.start if log.sections else 0
    if log.lines[:top] != result.lines[:top]:
        raise _misplaced(log, version, 0)


def _told(log: Changelog, section: Section) -> list[str]:
    """The lines of a section that say something; definitions of links say nothing."""
    lines = (line.rstrip() for line in log.lines[section.heading.end : section.end])
    return [line for line in lines if line and not LINK.fullmatch(line)]


def _holds(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether ``wanted`` stand among ``lines``, in the same order."""
    rest = iter(lines)
    return all(one in rest for one in wanted)


def _misplaced(log: Changelog, version: Version, place: int) -> UsageError:
    if log.lines[place].startswith(" "):
        return _refusal(
            log, place, "is indented, so that a list above takes it in", "begin it at the start of the line"
        )
    problem = f"would not keep its place and its text beside a section for {version}"
    return _refusal(log, place, problem, "put it one level deeper, or elsewhere")


def _refusal(log: Changelog, place: int, problem: str, remedy: str) -> UsageError:
    shown = harmless(log.lines[place].strip())[:80]
    return UsageError(
        f"CHANGELOG.md, line {place + 1}: {shown!r} {problem}",
        untouched="CHANGELOG.md",
        next_step=f"{remedy}, then release prepare again; or write the section by hand: release changelog prints it",
    )
