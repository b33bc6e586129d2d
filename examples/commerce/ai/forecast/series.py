"""The days of the shop as a series, and what is said of the days to come."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

WEEK = 7
LEAST = 4 * WEEK

Foretell = Callable[[Sequence[float], int], Sequence[float]]
"""Figures of the past, and for how many days to come -> theirs."""


def ahead(text: str | None, count: int, foretell: Foretell) -> dict[str, Any]:
    """The next ``count`` days. With less than four weeks, each is like the mean of the last week's days."""
    rows = list(csv.DictReader(io.StringIO(text or "")))
    if not rows:
        return {"days": {}, "by": "nothing"}
    figures, last = [float(row["revenue"]) for row in rows], date.fromisoformat(rows[-1]["day"])
    if len(figures) < LEAST:
        recent = figures[-WEEK:]
        told, by = [sum(recent) / len(recent)] * count, "the last week's mean"
    else:
        told, by = list(foretell(figures, count)), "its weeks"
    days = {(last + timedelta(n)).isoformat(): round(max(each, 0.0), 2) for n, each in enumerate(told, 1)}
    return {"days": days, "by": by}
