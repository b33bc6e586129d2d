"""Results as text for a terminal, Markdown for a job summary, and plain values for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence

from release import text


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain aligned table; each cell is one harmless line."""
    shown = [[text.line(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in shown) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same table in Markdown: what is not :class:`release.text.Markup` is shown as it is written."""
    rule = [text.Markup("---")] * len(header)
    return "\n".join("| " + " | ".join(map(text.cell, row)) + " |" for row in (header, rule, *rows))


def size(count: int) -> str:
    """Bytes for a person: ``12.3 MB``."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def more(count: int) -> str:
    """Bytes more or less, for a person: ``+1.2 MB``, ``-40 B``."""
    return f"{'+-'[count < 0]}{size(abs(count)) if abs(count) >= 1000 else f'{abs(count)} B'}"


def bytes_of(text: str) -> int:
    """The bytes of a size that a person wrote, ``12.3 MB``: kB, MB and GB are powers of a thousand, as in :func:`size`.

    Raises:
        KeyError, ValueError: it is no such text.
    """
    return round(float(text[:-2]) * {"kB": 10**3, "MB": 10**6, "GB": 10**9}[text[-2:]])


def short(digest: str) -> str:
    """The part of a digest a person compares."""
    return digest.removeprefix("sha256:")[:12] or "-"
