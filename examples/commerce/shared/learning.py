"""Rows of a table, without a library: what is learnt from, what is foretold, and whether there is enough of either."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 20


@dataclass(frozen=True)
class Examples:
    """Rows to learn from. ``keys`` says whose each is, ``wanted`` what came of it."""

    keys: tuple[tuple[str, ...], ...]
    known: tuple[tuple[float, ...], ...]
    wanted: tuple[float, ...]

    def enough(self) -> bool:
        """Whether there are rows enough, and not all of one outcome."""
        return len(self.wanted) >= LEAST and len(set(self.wanted)) > 1


def examples(text: str | None, keys: Sequence[str], known: Sequence[str], wanted: str) -> Examples:
    """The columns of a CSV; no text is no rows."""
    rows = list(csv.DictReader(io.StringIO(text or "")))
    return Examples(
        tuple(tuple(row[each] for each in keys) for row in rows),
        tuple(tuple(float(row[each]) for each in known) for row in rows),
        tuple(float(row[wanted]) for row in rows),
    )
