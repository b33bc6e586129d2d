"""Lines of a commit message that look as if they were meant to count, and do not: they are named, never guessed.

``* BREAKING CHANGE: x``, ``BREAKING CHANGES: x``, ``BREAKING CHANGE x``, ``fix: BREAKING CHANGE: x``,
``feat!(scope): x``, ``**Breaking**: x``, ``Release as: 2.0.0``. What the convention reads is in
:mod:`release.versions.commits`.

Every pattern is tried against one line and has no nested repetition, so the time is linear in the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from release.text import line as harmless
from release.versions.commits import Message, lines_of, parse_header
from release.versions.footers import outside_code

#: What may stand before the words: bullets, headings, quotes, a ticked box, emphasis, signs.
_MARKS = re.compile(r"(?:\[[xX]\]|[^\w\[]|\[(?!\ \]))*")
_WORTH_READING = re.compile("breaking|!|release", re.IGNORECASE)
_TICKED = re.compile(r"\W*\[[xX]\]")
_AT_START = re.compile(r"breaking(?:[ _-]changes?)?(?:[\])]|[*_`]* *(?::|!|\u2014|\u2013|- |$))", re.IGNORECASE)
_SHOUTED = re.compile(r"BREAKING(?:[ _-]?CHANGES?\b|\b:)")
_DENIED = re.compile(r"\b(?:no|not|non|without|never|any)\b[^.:;,]*$", re.IGNORECASE)
_NOTHING = re.compile(r"\W*(?:no|none|nothing|not applicable|n/?a)?\W*", re.IGNORECASE)
_MARK_ASTRAY = re.compile(r"!?([A-Za-z][A-Za-z0-9_-]*) ?(?:\([^()]*\))? ?!{0,3} ?(?:\([^()]*\))? ?!{0,3} ?:!?")
_RELEASE_AS = re.compile(r"release[ _-]?as\b[ :#=]*v?[0-9]", re.IGNORECASE)

#: Characters of a line that a note repeats.
_SHOWN = 80


def near_misses(text: str, message: Message, types: Collection[str]) -> Iterator[str]:
    """What is worth a note about the message ``text``, which was read as ``message``; nothing when all of it counts."""
    if not _WORTH_READING.search(text):
        return
    lines = outside_code(lines_of(text))
    if not any(change.breaking for change in message.changes):
        found = next((lines[place] for place in range(len(lines)) if _looks_breaking(lines, place, types)), "")
        if found:
            yield (
                f"looks like a breaking change, is not counted: {_shown(found)!r} (what counts is 'BREAKING CHANGE: …' "
                "at the start of a line, or '!' right before the colon of the header)"
            )
    if not message.release_as:
        found = next((line for line in lines if _RELEASE_AS.match(_bare(line))), "")
        if found:
            yield f"looks like a Release-As footer, is not counted: {_shown(found)!r} (write 'Release-As: X.Y.Z')"
    if "" in message.release_as:
        yield "its Release-As footer is empty and names no version"


def _looks_breaking(lines: Sequence[str], place: int, types: Collection[str]) -> bool:
    line = lines[place]
    bare = _bare(line)
    begins = _AT_START.match(bare)
    if begins:
        said = bare[begins.end() :] or _first_after(lines, place)
        return bool(_TICKED.match(line)) or not _NOTHING.fullmatch(said)
    shouted = _SHOUTED.search(line)
    if shouted and not _DENIED.search(line[max(shouted.start() - 60, 0) : shouted.start()]):
        return True
    header = parse_header(bare)
    if header:
        return header.type in types and (header.breaking or line.startswith("!"))
    astray = _MARK_ASTRAY.match(bare)
    return bool(astray and "!" in astray[0] and astray[1].lower() in types)


def _first_after(lines: Sequence[str], place: int) -> str:
    return next((lines[one] for one in range(place + 1, len(lines)) if lines[one]), "")


def _bare(line: str) -> str:
    """``line`` without what stands before its first word; "" for a box that nobody ticked."""
    match = _MARKS.match(line)
    rest = line[match.end() :] if match else line
    return "" if rest.startswith("[") else rest


def _shown(line: str) -> str:
    text = harmless(line.strip())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
