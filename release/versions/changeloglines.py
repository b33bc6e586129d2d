"""The lines of a changelog: which of them Markdown shows as text, and how generated entries join hand-written ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from release.versions.changelogentries import GROUPS, EntryGroup

_FENCE = re.compile(r"`{3,}|~{3,}")


def outside_code(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that are neither in fenced code nor in a comment. What is never closed hides nothing."""
    closers = dict.fromkeys(("`", "~", "-->"), -1)
    for place, line in enumerate(lines):
        if "-->" in line:
            closers["-->"] = place
        if len(line.strip()) >= 3 and set(line.strip()) in ({"`"}, {"~"}):
            closers[line[:1]] = place
    outside: list[tuple[int, str]] = []
    hidden: list[tuple[int, str]] = []
    fence = ""
    for place, line in enumerate(lines):
        if fence:
            hidden.append((place, line))
            stripped = line.rstrip()
            if "-->" in line if fence == "-->" else stripped.startswith(fence) and set(stripped) == {fence[0]}:
                fence, hidden = "", []
            continue
        match = _FENCE.match(line)
        if match and place < closers[match[0][0]]:
            fence = match[0]
        elif line.startswith("<!--") and "-->" not in line and place < closers["-->"]:
            fence = "-->"
        else:
            outside.append((place, line))
    return outside + hidden


def merged(own: Sequence[str], groups: Sequence[EntryGroup], eol: str) -> list[str]:
    """The lines below a section's heading: ``own``, each as it is, and the entries that they do not hold yet.

    Entries go to the end of the group of their name where somebody wrote one, else into a group of their own after what
    was written; breaking changes come first.
    """
    starts: dict[str, int] = {}
    for place, line in outside_code(own):
        if line.startswith("### "):
            starts.setdefault(line[4:].strip().lower(), place)
    said = {line.rstrip() for line in own}
    after: dict[int, list[str]] = {}
    first: list[str] = []
    last: list[str] = []
    for group in groups:
        entries = [line for line in group.lines if not line or line not in said]
        start = starts.get(group.title.lower())
        if not any(entries):
            continue
        if start is not None:
            end = min((place for place in starts.values() if place > start), default=len(own))
            at = max(place for place in range(start, end) if own[place].strip())
            after[at] = ([""] if at == start else []) + entries
        else:
            target = first if group.title == GROUPS[0] else last
            target += ["", f"### {group.title}", "", *entries]
    written = max((place for place, line in enumerate(own) if line.strip()), default=-1)
    if first and written >= 0 and own[0].strip():
        first.append("")
    lines = [line + eol for line in (first if written >= 0 else first + last)]
    for place, line in enumerate(own):
        added = after.get(place, []) + (last if place == written else [])
        lines += [line, *(entry + eol for entry in added)]
    return lines
