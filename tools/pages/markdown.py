"""Small pieces of Markdown that several pages need."""

from __future__ import annotations

from collections.abc import Sequence

NOTICE = "<!-- made by `make docs`; a change here is lost -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; a ``|`` in a cell is escaped (GitHub Flavored Markdown, "Tables": also inside code)."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """``text`` as code; it holds no backtick."""
    if "`" in text:
        raise ValueError(f"a backtick in {text!r}")
    return f"`{text}`"
