"""The notes on a release's page: its section of CHANGELOG.md and its images, within what GitHub takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from release.text import block, code
from release.versions.headings import headings_of, outside_code
from release.versions.links import Links

#: Characters. GitHub's answer to a longer one, "Create a release" and "Update a release" of the REST API: HTTP 422,
#: "body is too long (maximum is 125000 characters)"; its pages name no number.
LIMIT = 125_000

_ENTRY = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\S")


@dataclass(frozen=True, slots=True)
class ReleaseNotes:
    """The notes, never longer than :data:`LIMIT`.

    Attributes:
        left_out: how many entries of the section are not in ``text``; it links to them.
        length: of the whole, in characters as :data:`LIMIT` counts them.
    """

    text: str
    left_out: int
    length: int

    @property
    def warning(self) -> str:
        """What a person should know before the release; "" when everything is in."""
        if self.length <= LIMIT:
            return ""
        what = f"the last {_entries(self.left_out)}" if self.left_out else "the end"
        return (
            f"the release's notes have {self.length:,} characters and GitHub takes {LIMIT:,}: "
            f"its page leaves out {what}, with a link to CHANGELOG.md"
        )


def release_notes(section: str, tag: str, links: Links | None, images: Mapping[str, str] | None = None) -> ReleaseNotes:
    """The notes of the release ``tag``: ``section``, cut at an entry where it is too long, then the images.

    Args:
        section: from CHANGELOG.md, without its heading.
        images: name -> digest.
    """
    section = block(section).strip()
    listed = "".join(f"- {code(name)}: {code(digest)}\n" for name, digest in (images or {}).items())
    end = f"\n\n### Images\n\n{listed}" if listed else "\n"
    whole = _length(section + end)
    if whole <= LIMIT:
        return ReleaseNotes(section + end, 0, whole)
    lines = section.splitlines(keepends=True)
    visible = outside_code(lines)
    entries = [place for place, line in visible if _ENTRY.match(line)]
    heads = {head.start for head in headings_of(lines)}
    starts = heads | set(entries)
    room = LIMIT - _length(end) - max(_length(_rest(count, tag, links)) for count in (0, len(entries)))
    fits, used = 0, 0
    for place, line in enumerate(lines):
        if place in starts:
            fits = place
        used += _length(line)
        if used > room:
            break
    kept = lines[:fits]
    while kept and (not kept[-1].strip() or len(kept) - 1 in heads):
        kept.pop()
    left_out = sum(place >= len(kept) for place in entries)
    text = "".join(kept).rstrip() + _rest(left_out, tag, links) + end
    return ReleaseNotes(text.lstrip("\n"), left_out, whole)


def _rest(left_out: int, tag: str, links: Links | None) -> str:
    where = f"[CHANGELOG.md]({links.file(tag, 'CHANGELOG.md')})" if links else f"CHANGELOG.md of {code(tag)}"
    what = f"other {_entries(left_out)} of this release" if left_out else "rest of what is said about this release"
    return f"\n\nThe {what}: {where}"


def _entries(count: int) -> str:
    return f"{count:,} entr{'y' if count == 1 else 'ies'}"


def _length(text: str) -> int:
    """In units of UTF-16, of which no way to count characters has more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
