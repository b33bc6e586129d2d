"""The figures as one web page: each with a sentence, a plot and its table. Nothing in it comes from elsewhere. Pure."""

from collections.abc import Callable, Sequence
from html import escape

from report import charts
from report.figures import Figure
from report.retention import MOST_YEARS
from report.style import STYLE
from shared.store import CurrentFile

MOST_BARS = 20
_NUMBER = ' class="number"'
_NUMBERS = frozenset({"members", "stayed", "left", "retention", "churn"})
Cell = str | int | float | None

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content-Security-Policy: the page is its own whole, and a text in it that were a script would not run."""


def to_html(current: CurrentFile, figures: Sequence[Figure]) -> str:
    """The page; every text of a member's attributes is escaped."""
    count = f"{current.record_count:,}" if current.record_count is not None else "An unknown number of"
    generated = escape(current.generated_at or "at an unknown time")
    sections = "".join(_section(figure) for figure in figures)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Member report</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><style>{STYLE}</style></head><body><header>'
        f"<h1>Member report</h1><p>{count} members, as of {generated}. File: <code>{escape(current.key)}</code></p>"
        f"</header><main>{sections}</main></body></html>"
    )


def _section(figure: Figure) -> str:
    title, tell, draw = _SHOWN[figure.name]
    about = tell(figure)
    drawn = draw(figure, about) if figure.rows else ""
    return (
        f"<section><h2>{title}</h2><p>{escape(about)}</p>"
        f'<div class="pair"><figure>{drawn}</figure>{_table(figure)}</div></section>'
    )


def _table(figure: Figure) -> str:
    records = figure.records()
    if not records:
        return ""
    head = "".join(
        f'<th scope="col"{_NUMBER if name in _NUMBERS else ""}>{escape(name.replace("_", " "))}</th>'
        for name in records[0]
    )
    rows = "".join(f"<tr>{''.join(_cell(name, value) for name, value in record.items())}</tr>" for record in records)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="table" tabindex="0" role="region" aria-label="The table">{table}</div>'


def _cell(name: str, value: Cell) -> str:
    if isinstance(value, float):
        return f"<td{_NUMBER}>{value:.1%}</td>"
    if name != "year" and isinstance(value, int):
        return f"<td{_NUMBER}>{value:,}</td>"
    return f"<td>{escape(_named(value)) if value is not None or name == 'year' else '-'}</td>"


def _named(value: Cell) -> str:
    return "unknown" if value is None else str(value)


def _counted(figure: Figure) -> list[tuple[str, int]]:
    """Each row's groups as one label, and its number."""
    return [(" · ".join(_named(group) for group in row[:-1]), int(row[-1] or 0)) for row in figure.rows]


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else "0"


def _tell_largest(what: str) -> Callable[[Figure], str]:
    def tell(figure: Figure) -> str:
        rows = _counted(figure)
        if not rows:
            return "There are no members."
        label, largest = max(rows, key=lambda row: row[1])
        return f"The largest {what} is {label}: {_share(largest, sum(value for _, value in rows))} members."

    return tell


def _tell_years(what: str) -> Callable[[Figure], str]:
    def tell(figure: Figure) -> str:
        known = [(label, value) for label, value in _counted(figure) if label != "unknown"]
        if not known:
            return f"No member has {what} in a known year."
        label, largest = max(known, key=lambda row: row[1])
        last, latest = known[-1]
        rest = f"; in {last}, the last year here, {latest:,} did" if last != label else ", the last year here"
        return f"Most members {what} in {label}: {largest:,}{rest}."

    return tell


def _tell_retention(figure: Figure) -> str:
    years = [record for record in figure.records() if record["year"] is not None]
    if not years:
        return "There is no whole year to tell of."
    last = years[-1]
    told = f"Of the {last['members']:,} members with whom {last['year']} began, {last['left']:,} left before it ended"
    rest = (
        "; members whose dates do not tell are in the table's last row." if len(years) < len(figure.records()) else "."
    )
    return f"{told}: {float(last['churn'] or 0):.1%} churn, {float(last['retention'] or 0):.1%} retention{rest}"


def _draw_bars(figure: Figure, about: str) -> str:
    rows = sorted(_counted(figure), key=lambda row: -row[1])
    rest = rows[MOST_BARS:]
    if rest:
        rows = [*rows[:MOST_BARS], (f"{len(rest)} others", sum(value for _, value in rest))]
    return charts.bars(rows, about)


def _draw_years(figure: Figure, about: str) -> str:
    """A column for each year, also for one in which nothing happened; what has no year comes last."""
    counted = dict(_counted(figure))
    known = [int(label) for label in counted if label != "unknown"]
    first = max(min(known, default=0), max(known, default=0) - MOST_YEARS + 1)
    labels = [str(year) for year in range(first, max(known, default=0) + 1)] if known else []
    labels += ["unknown"] if "unknown" in counted else []
    return charts.columns(labels, [("members", [counted.get(label, 0) for label in labels])], about)


def _draw_columns(figure: Figure, about: str) -> str:
    rows = _counted(figure)
    return charts.columns([label for label, _ in rows], [("members", [value for _, value in rows])], about)


def _draw_retention(figure: Figure, about: str) -> str:
    years = [record for record in figure.records() if record["year"] is not None]
    shares = [float(record["retention"] or 0) for record in years]
    return charts.line([str(record["year"]) for record in years], shares, about) if years else ""


Shown = tuple[str, Callable[[Figure], str], Callable[[Figure, str], str]]
_SHOWN: dict[str, Shown] = {
    "regions": ("Regions", _tell_largest("region"), _draw_bars),
    "membership": ("Types of membership, and status", _tell_largest("group"), _draw_bars),
    "age_bands": ("Age", _tell_largest("age group"), _draw_columns),
    "joined_per_year": ("Joined, per year", _tell_years("joined"), _draw_years),
    "left_per_year": ("Left, per year", _tell_years("left"), _draw_years),
    "retention_per_year": ("Retention, per year", _tell_retention, _draw_retention),
}
