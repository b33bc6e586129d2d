"""What Markdown shows as it is: fenced code, comments, ``<pre>``.

Source: CommonMark 0.31.2, "Fenced code blocks" and "HTML blocks" (kinds 1 and 2). Other than there, a
fence or a comment that is never closed hides nothing: whoever wrote it meant one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)")

_FENCE_END = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")
_RAW = re.compile(r" {0,3}(?:<!--|<(?:pre|script|style|textarea)(?=[\s>]|$))", re.IGNORECASE)
_COMMENT_END = re.compile("-->")
_TAG_END = re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)


class RawText:
    """Where raw text ends in a document, whose lines have no line ends. Prepared once, so that each answer is short."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.last = {
            end: max((place for place, line in enumerate(lines) if end.search(line)), default=-1)
            for end in (_COMMENT_END, _TAG_END)
        }
        self.fences = {sign: _longest_fences(lines, sign) for sign in "`~"}

    def after(self, place: int, line: str) -> int:
        """The first line below the raw text that begins with ``line`` at ``place``; ``place`` where none does."""
        fence = FENCE.fullmatch(line)
        if fence:
            mark = fence[1] or fence[2]
            if self.fences[mark[0]][place + 1] < len(mark):
                return place
            for after in range(place + 1, len(self.lines)):
                end = _FENCE_END.fullmatch(self.lines[after])
                if end and end[1].startswith(mark):
                    return after + 1
        raw = _RAW.match(line)
        if raw:
            wanted = _COMMENT_END if raw[0].endswith("<!--") else _TAG_END
            for after in range(place, self.last[wanted] + 1):
                if wanted.search(self.lines[after]):
                    return after + 1
        return place


def _longest_fences(lines: Sequence[str], sign: str) -> list[int]:
    """For each line, and the end: how long the longest closing fence of ``sign`` is from there on; 0 for none."""
    longest, found = 0, [0]
    for line in reversed(lines):
        match = _FENCE_END.fullmatch(line) if sign in line else None
        if match and match[1][0] == sign:
            longest = max(longest, len(match[1]))
        found.append(longest)
    return found[::-1]
