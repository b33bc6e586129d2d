"""Who stayed and who left, per year. Pure.

Of those who were members when a year began: who still was when it ended (retention), and who was not (churn). Whole
years only: the year in which the file was generated is not over.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from report.figures import MEMBERS, YEAR, Figure
from report.members import UNKNOWN

STAYED, LEFT = "stayed", "left"
MOST_YEARS = 100
"""The newest are told: one member who joined in the year 1 makes no table of two thousand rows."""

Stay = tuple[date | None, date | None, bool]
"""When somebody joined and left, as far as it is known, and whether they left."""


@dataclass(frozen=True)
class Retention(Figure):
    """A row for those who stayed and one for those who left, per year; then those whose dates do not tell."""

    def records(self) -> list[dict[str, str | int | float | None]]:
        """One per year: members when it began, how many of them stayed and left, and their shares."""
        years: dict[int | str | None, Counter[str]] = {}
        for year, outcome, members in self.rows:
            years.setdefault(year, Counter())[str(outcome)] = int(members or 0)
        return [_record(year, found) for year, found in years.items()]


def _record(year: int | str | None, found: Counter[str]) -> dict[str, str | int | float | None]:
    if year is None:
        return {YEAR: None, MEMBERS: found[UNKNOWN], STAYED: None, LEFT: None, "retention": None, "churn": None}
    whole = found[STAYED] + found[LEFT]
    shares = {"retention": round(found[STAYED] / whole, 4), "churn": round(found[LEFT] / whole, 4)}
    return {YEAR: year, MEMBERS: whole, STAYED: found[STAYED], LEFT: found[LEFT], **shares}


def retention(stays: Iterable[Stay], as_of: date) -> Retention:
    """Of each whole year before `as_of` in which there were members."""
    spans: Counter[tuple[int, int | None]] = Counter()
    unknown = 0
    for joined, left, has_left in stays:
        if joined is None or (has_left and left is None):
            unknown += 1
        else:
            spans[joined.year, left.year if left else None] += 1
    first = min((joined for joined, _ in spans), default=as_of.year) + 1
    rows: list[tuple[str | int | None, ...]] = []
    for year in range(max(first, as_of.year - MOST_YEARS), as_of.year):
        there = {
            span: count for span, count in spans.items() if span[0] < year and (span[1] is None or span[1] >= year)
        }
        left_now = sum(count for (_, left_year), count in there.items() if left_year == year)
        if there:
            rows += [(year, STAYED, sum(there.values()) - left_now), (year, LEFT, left_now)]
    if unknown:
        rows.append((None, UNKNOWN, unknown))
    return Retention("retention_per_year", (YEAR, "outcome"), tuple(rows))
