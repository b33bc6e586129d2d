"""The definitions of a changelog's links: one for each release, and the comparison behind ``[unreleased]``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from release.semver import Version, try_parse
from release.versions.changelog import LINK
from release.versions.headings import outside_code
from release.versions.links import Links


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

    @property
    def title(self) -> str:
        """As Keep a Changelog 1.1.0 writes it."""
        return f"[{self.version}] - {self.date}"


def linked(lines: Sequence[str], release: ReleaseHeading, eol: str) -> list[str]:
    """``lines`` with the definitions of the release's link, where the remote has pages.

    The one line that is ever replaced is the comparison behind ``[unreleased]``, and only when it is the one this
    function writes. Definitions in code are none.
    """
    links = release.links
    if links is None:
        return list(lines)
    page = links.compare(release.previous, release.tag) if release.previous else links.tag(release.tag)
    own = f"[{release.version}]: {page}{eol}"
    following = f"[unreleased]: {links.compare(release.tag, 'HEAD')}{eol}"
    definitions = [(place, match) for place, line in outside_code(lines) if (match := LINK.fullmatch(line))]
    if not definitions:
        gap = [eol] if lines and lines[-1].strip() else []
        return [*lines, *gap, following, own]
    if any(match[1] == str(release.version) for _, match in definitions):
        return list(lines)
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
