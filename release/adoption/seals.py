"""Files that are generated and may be looked after by hand: told apart from a person's, and from changed ones.

The first line says who wrote the file, and holds a hash of the rest. Two kinds of change keep the hash: what stands
between ``# release: keep`` and ``# release: end``, which is the team's, and the commits of ``uses:``, which Dependabot
moves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

KEEP, END = "# release: keep", "# release: end"
_MARK = "# Written by release init"
_SEAL = re.compile(r" \[([0-9a-f]{12})\]\Z")
_PIN = re.compile(r"(?P<uses>\buses:\s*)(?P<what>[\w.-]+/[\w./-]+)@(?P<commit>[0-9a-f]{40})\b(?P<comment>[^\n]*)")


class Written(Enum):
    """By whom a file was written."""

    FOREIGN = "somebody else"
    AS_GENERATED = "this command"
    CHANGED = "this command, and changed by hand since"


@dataclass(frozen=True)
class KeptBlock:
    """Lines of the team's in a generated file.

    Attributes:
        lines: with the two that mark them.
        after: the line above them, and which of its like that is; None at the top.
    """

    lines: tuple[str, ...]
    after: tuple[str, int] | None


def sealed(text: str) -> str:
    """``text``, whose first line says who wrote it, with its hash in that line."""
    head, _, rest = text.partition("\n")
    assert head.startswith(_MARK), head
    return f"{head} [{_hash(rest)}]\n{rest}"


def written_by(text: str) -> Written:
    """Who wrote it, and whether it is as it was written."""
    head, _, rest = _plain(text).partition("\n")
    found = _SEAL.search(head)
    if not head.startswith(_MARK) or not found:
        return Written.FOREIGN
    return Written.AS_GENERATED if _hash(rest) == found[1] else Written.CHANGED


def pins(text: str) -> tuple[tuple[str, str, str], ...]:
    """``(owner/repo/path, commit, comment)`` of each ``uses:`` that names a commit."""
    return tuple((one["what"], one["commit"], one["comment"].strip(" #")) for one in _PIN.finditer(_plain(text)))


def kept(text: str) -> tuple[KeptBlock, ...]:
    """The team's own blocks. One that does not end goes to the end of the file."""
    found, generated = [], list[str]()
    block: list[str] = []
    for line in _plain(text).splitlines():
        if block or line.strip().startswith(KEEP):
            block.append(line)
            if line.strip().startswith(END):
                found.append(KeptBlock(tuple(block), _anchor(generated)))
                block = []
        else:
            generated.append(line)
    if block:
        found.append(KeptBlock(tuple(block), _anchor(generated)))
    return tuple(found)


def with_kept(text: str, blocks: Sequence[KeptBlock]) -> tuple[str, tuple[KeptBlock, ...]]:
    """``text`` with ``blocks`` where they were, and those whose place is gone."""
    lines, seen = text.splitlines(), dict[str, int]()
    by_place: dict[tuple[str, int] | None, list[KeptBlock]] = {}
    for each in blocks:
        by_place.setdefault(each.after, []).append(each)
    result: list[str] = []
    for block in by_place.pop(None, []):
        result += block.lines
    for line in lines:
        result.append(line)
        key = _same(line)
        seen[key] = seen.get(key, 0) + 1
        for block in by_place.pop((key, seen[key]), []):
            result += block.lines
    lost = tuple(block for left in by_place.values() for block in left)
    return "\n".join(result) + "\n", lost


def _anchor(generated: Sequence[str]) -> tuple[str, int] | None:
    if not generated:
        return None
    line = _same(generated[-1])
    return line, sum(1 for each in generated if _same(each) == line)


def _same(line: str) -> str:
    """A line as the next version may have it: another commit, another hash."""
    return _SEAL.sub("", _PIN.sub(r"\g<uses>\g<what>", line)).rstrip()


def _hash(rest: str) -> str:
    lines = [_same(line) for line in without_kept(rest.splitlines())]
    return hashlib.sha256("\n".join(lines).strip().encode()).hexdigest()[:12]


def without_kept(lines: Sequence[str]) -> Iterator[str]:
    """``lines`` but those of the team's own blocks."""
    inside = False
    for line in lines:
        inside = inside or line.strip().startswith(KEEP)
        if not inside:
            yield line
        inside = inside and not line.strip().startswith(END)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
