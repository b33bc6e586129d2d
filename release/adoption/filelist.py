"""Files that are to be written, as a person sees them before: a list with line counts, then what stands in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from release.adoption.ports import FileChange
from release.tables import size


def listed(changes: Sequence[FileChange]) -> str:
    """A line for each file: new, changed or gone, its path, and how many lines."""
    width = max((len(each.path) for each in changes), default=0)
    return "\n".join(f"  {_kind(each):<7}  {each.path:<{width}}  {_size(each)}".rstrip() for each in changes)


def contents(changes: Iterable[FileChange]) -> str:
    """Each file's difference to what is there; of a new one that is all of it."""
    return "\n".join(filter(None, map(difference, changes)))


def difference(change: FileChange) -> str:
    """A unified diff; "" for what is no text."""
    before, after = (_lines(each) for each in (change.before, change.after))
    if before is None or after is None:
        return ""
    names = (
        "/dev/null" if change.before is None else change.path,
        "/dev/null" if change.after is None else change.path,
    )
    return "".join(difflib.unified_diff(before, after, *names))


def counted(changes: Sequence[FileChange]) -> tuple[int, int]:
    """``(lines that come, lines that go)``."""
    rows = [line for each in changes for line in difference(each).splitlines()[2:]]
    return sum(1 for row in rows if row.startswith("+")), sum(1 for row in rows if row.startswith("-"))


def as_data(changes: Sequence[FileChange], *, content: bool) -> list[dict[str, Any]]:
    """For ``--json``. ``content``: with what will stand in each file."""
    found = []
    for each in changes:
        came, went = counted([each])
        row: dict[str, Any] = {
            "path": each.path,
            "change": _kind(each),
            "lines": each.lines,
            "added": came,
            "removed": went,
        }
        if content and (after := _lines(each.after)) is not None:
            row["content"] = "".join(after)
        found.append(row)
    return found


def _kind(change: FileChange) -> str:
    return "new" if change.before is None else "gone" if change.after is None else "changed"


def _size(change: FileChange) -> str:
    if change.after is not None and _lines(change.after) is None:
        return size(len(change.after))
    came, went = counted([change])
    if change.before is None:
        return f"{came} lines"
    return " ".join(filter(None, (f"+{came}" * bool(came), f"-{went}" * bool(went))))


def _lines(content: bytes | None) -> list[str] | None:
    """The lines of a text, a last one without an end completed; None for what is no text."""
    if content is None:
        return []
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    return [*lines[:-1], lines[-1].rstrip("\n") + "\n"] if lines else []
