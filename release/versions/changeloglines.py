"""How generated entries join what people wrote below the heading of a section."""

from __future__ import annotations

import re
from collections.abc import Sequence

from release.versions.changelogentries import GROUPS, EntryGroup
from release.versions.headings import Heading, headings_of, is_rule


def merged(own: Sequence[str], groups: Sequence[EntryGroup], eol: str, level: int = 3) -> list[str]:
    """The lines below a section's heading: ``own``, each as it is, and the entries that they do not hold yet.

    Entries go to the end of the group of their name where somebody wrote one, else into a group of their own after what
    was written; breaking changes come first. A line across the page at the end stays at the end.

    Args:
        level: of the headings of new groups.
    """
    heads = headings_of(own)
    said = {line.rstrip() for line in own}
    after: dict[int, list[str]] = {}
    first: list[str] = []
    last: list[str] = []
    for group in groups:
        entries = [line for line in group.lines if not line or line not in said]
        if not any(entries):
            continue
        head = next((head for head in heads if _is_named(head, group.title)), None)
        if head:
            end = next((each.start for each in heads if each.line > head.line and each.level <= head.level), len(own))
            at = _written(own, head.end, end)
            after[at] = ([""] if at == head.end - 1 else []) + entries
        else:
            target = first if group.title == GROUPS[0] else last
            target += ["", f"{'#' * level} {group.title}", "", *entries]
    written = _written(own, 0, len(own))
    before, behind = (first, last) if written >= 0 else (first + last, [])
    if before and own and own[0].strip():
        before.append("")
    lines = [line + eol for line in before]
    for place, line in enumerate(own):
        added = after.get(place, []) + (behind if place == written else [])
        lines += [line, *(entry + eol for entry in added)]
    return lines


def _is_named(head: Heading, title: str) -> bool:
    return " ".join(re.findall(r"\w+", head.title)).lower() == title.lower()


def _written(own: Sequence[str], start: int, end: int) -> int:
    """The last line before ``end`` that says something; ``start - 1`` when none does from ``start`` on."""
    return max(
        (place for place in range(start, end) if own[place].strip() and not is_rule(own[place])), default=start - 1
    )
