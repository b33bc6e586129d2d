"""The headings of a Markdown document, line by line, as CommonMark 0.31.2 has them, and lines in bold.

A heading counts at the top of the document only: not in fenced or indented code, in a comment, in ``<pre>``, in a list
item or a quotation. Where a person's intention is plainer than the specification, the intention holds: a fence or a
comment that is never closed hides nothing, and a heading right below a line of HTML is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from release.versions.rawtext import FENCE, RawText

#: How deep items and quotations are looked into.
_DEEP = 20
#: The level of a line in bold, which is below that of every heading.
BOLD = 7

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?")
_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_SETEXT = re.compile(r" {0,3}(?:(=+)|-+)[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_ITEM = re.compile(r"( {0,3})(?:[-*+]|([0-9]{1,9})[.)])(?:([ \t]+)\S|[ \t]*$)")
_QUOTE = re.compile(r" {0,3}>")
_BOLD_LINE = re.compile(r" {0,3}(?:\*\*|__)\S.*")
_ANCHOR = re.compile(r" {0,3}(?:<a\s[^<>]*(?:/>|>\s*</a>)\s*)+")


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading.

    Attributes:
        start: its first line, the anchors right above it (``<a name="1.1.0"></a>``) among it.
        line: the line of its title.
        end: the first line below it.
        level: 1 to 6, or :data:`BOLD`.
        title: as written, without the marks that make it a heading.
    """

    start: int
    line: int
    end: int
    level: int
    title: str


def headings_of(lines: Sequence[str]) -> tuple[Heading, ...]:
    """Every heading of a document whose ``lines`` carry their line ends or not. Linear in their length."""
    return _Scan([line.rstrip("\r\n").removeprefix("\ufeff") for line in lines]).headings()


def outside_code(lines: Sequence[str]) -> list[tuple[int, str]]:
    """``(place, line)`` of the lines that are neither in fenced code nor in a comment or ``<pre>``."""
    scan = _Scan([line.rstrip("\r\n") for line in lines])
    scan.headings()
    return [(place, line) for place, line in enumerate(lines) if place not in scan.hidden]


def is_rule(line: str) -> bool:
    """Whether a line is one across the page (``---``), when no text stands right above it."""
    return bool(_RULE.fullmatch(line.rstrip("\r\n")))


class _Scan:
    """One pass over the lines.

    Attributes:
        hidden: the places of the lines in fenced code, comments and ``<pre>``.
        item: the column where the outermost open list item's text begins; 0 outside of lists.
        paragraph: whether the line before is text at the top of the document.
        hollow: whether the line before begins an item and says nothing: a line without text ends that.
        lazy: whether the line before is text in an item or a quotation, which a line of text would continue.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found: list[Heading] = []
        self.hidden: set[int] = set()
        self.item = 0
        self.paragraph = self.lazy = self.hollow = False
        self.raw = RawText(lines)

    def headings(self) -> tuple[Heading, ...]:
        place = 0
        while place < len(self.lines):
            place = self._read(place)
        return tuple(self.found)

    def _read(self, place: int) -> int:
        """Take in the line at ``place``, and what it hides; the place of the next one."""
        line = self.lines[place].expandtabs(4)
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip(" "):
            self.paragraph = self.lazy = False
            self.item = 0 if self.hollow else self.item
            self.hollow = False
        elif self.item and indent >= self.item:
            self.paragraph, self.hollow, self.lazy = False, False, _is_text(line[self.item :], self.lazy)
        elif indent >= 4:
            self.item = self.item if self.lazy else 0
        elif (after := self.raw.after(place, line)) > place:
            self._closed()
            self.hidden.update(range(place, after))
            return after
        elif match := _ATX.fullmatch(line):
            self._found(place, place + 1, len(match[1]), _CLOSING.sub("", match[2] or ""))
        elif self.paragraph and (match := _SETEXT.fullmatch(line)):
            if self.found and self.found[-1].level == BOLD and self.found[-1].line == place - 1:
                self.found.pop()
            self._found(place - 1, place + 1, 1 if match[1] else 2, self.lines[place - 1])
        elif _RULE.fullmatch(line):
            self._closed()
        elif _QUOTE.match(line):
            goes_on = self.lazy
            self._closed()
            self.lazy = _is_text(line, goes_on)
        elif (match := _ITEM.match(line)) and not (
            self.paragraph and (match[3] is None or match[2] not in (None, "1"))
        ):
            marker = match.end() - (len(match[3]) + 1 if match[3] else 0)
            wide = len(match[3] or " ")
            self._closed()
            self.item = len(line[:marker].rstrip(" ")) + (wide if wide <= 4 else 1)
            self.lazy, self.hollow = _is_text(line[self.item :], False), match[3] is None
        elif not (self.lazy or self.paragraph):
            self._closed()
            self.paragraph = True
            if _BOLD_LINE.fullmatch(line):
                self._found(place, place + 1, BOLD, line)
                self.paragraph = True
        return place + 1

    def _closed(self) -> None:
        self.item, self.paragraph, self.lazy, self.hollow = 0, False, False, False

    def _found(self, line: int, end: int, level: int, title: str) -> None:
        start = line
        for above in range(line - 1, -1, -1):
            if _ANCHOR.fullmatch(self.lines[above]):
                start = above
            elif self.lines[above].strip() or start - above > 2:
                break
        self.found.append(Heading(start, line, end, level, title.strip()))
        self._closed()


def _is_text(line: str, goes_on: bool) -> bool:
    """Whether what an item or a quotation holds ends with text; ``goes_on``: whether it did before this line."""
    for _ in range(_DEEP):
        match = _QUOTE.match(line) or _ITEM.match(line)
        if not match:
            break
        if match.re is _ITEM and not match[3]:
            return False
        line, goes_on = line[match.end() - (match.re is _ITEM) :].removeprefix(" "), False
    indent = len(line) - len(line.lstrip(" "))
    if not line.strip(" ") or (indent >= 4 and not goes_on):
        return False
    return not any(form.fullmatch(line) for form in (_ATX, _RULE, FENCE))
