"""JSON, CSV or a page, as the request's Accept header asks."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from report.figures import Figure
from shared.errors import NotAcceptableError

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
CSV_CONTENT_TYPE, HTML_CONTENT_TYPE = "text/csv; charset=utf-8", "text/html; charset=utf-8"
OFFERED = (JSON, CSV, HTML)  # the first wins a tie
_FORMULA = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[=+\-@\t\r])")
"""Where a formula would begin: at the start, and behind a semicolon, which parts cells where a comma is decimal."""


def negotiate(accept: str | None) -> str:
    """One of OFFERED, by RFC 9110 section 12.5.1; raises NotAcceptableError when the caller takes none of them."""
    ranges = [_range(part) for part in (accept or "*/*").split(",") if part.strip()]
    quality = {offered: _quality(offered, ranges) for offered in OFFERED}
    best = max(OFFERED, key=lambda offered: quality[offered])
    if quality[best] <= 0:
        raise NotAcceptableError(f"This path answers {', '.join(OFFERED)}.")
    return best


def _range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return media_range, quality


def _quality(offered: str, ranges: Sequence[tuple[str, float]]) -> float:
    # the most specific range that fits decides, not the most generous one
    for fitting in (offered, f"{offered.partition('/')[0]}/*", "*/*"):
        for media_range, quality in ranges:
            if media_range == fitting:
                return quality
    return 0.0


def to_csv(figures: Iterable[Figure]) -> str:
    """All figures as one tidy table: figure, group, subgroup, members (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["figure", "group", "subgroup", "members"])
    for figure in figures:
        for row in figure.rows:
            *groups, members = row
            cells = [_cell(group) for group in groups]
            writer.writerow([figure.name, *cells, *[""] * (2 - len(cells)), members])
    return text.getvalue()


def _cell(value: str | int | None) -> str:
    """A group's name; spreadsheets run a text that begins like a formula, so such a text gets an apostrophe."""
    text = "unknown" if value is None else str(value)
    return _FORMULA.sub("'", text)
