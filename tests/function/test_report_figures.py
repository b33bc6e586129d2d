"""The figures, and the formats they are answered in."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from function_report_file import MEMBERS, parquet

from report.figures import Figure, all_figures
from report.formats import CSV, HTML, JSON, negotiate, to_csv
from report.members import UNKNOWN, read_members
from shared.errors import NotAcceptableError, UnreadableFileError

AS_OF = date(2025, 3, 30)


@pytest.fixture
def figures() -> dict[str, list[dict[str, Any]]]:
    return {figure.name: figure.records() for figure in all_figures(read_members(parquet(MEMBERS)), AS_OF)}


def test_members_are_counted_by_region(figures: dict[str, Any]) -> None:
    assert figures["regions"] == [{"region": "Utrecht", "members": 2}, {"region": UNKNOWN, "members": 2}]


def test_members_are_counted_by_type_and_status(figures: dict[str, Any]) -> None:
    assert [tuple(row.values()) for row in figures["membership"]] == [
        ("Gewoon", "active", 2),
        ("Gewoon", "ended", 1),
        ("Jeugd", "active", 1),
    ]


def test_age_bands_hold_birthdays_of_the_very_day(figures: dict[str, Any]) -> None:
    counted = {row["age_band"]: row["members"] for row in figures["age_bands"]}
    assert counted == {
        "0-17": 1,
        "18-29": 1,
        "30-39": 0,
        "40-49": 0,
        "50-59": 0,
        "60-69": 0,
        "70-79": 0,
        "80+": 1,
        UNKNOWN: 1,
    }


def test_joined_and_left_are_counted_by_year_unknown_last(figures: dict[str, Any]) -> None:
    assert figures["joined_per_year"] == [{"year": 2020, "members": 2}, {"year": None, "members": 2}]
    assert figures["left_per_year"] == [{"year": 2024, "members": 1}, {"year": None, "members": 1}]


@pytest.mark.parametrize(
    ("born", "as_of", "band"),
    [
        (date(2004, 2, 29), date(2022, 2, 28), "0-17"),
        (date(2004, 2, 29), date(2022, 3, 1), "18-29"),
        (date(2004, 2, 29), date(2024, 2, 29), "18-29"),
        (date(1945, 1, 1), date(2024, 12, 31), "70-79"),
        (date(1945, 1, 1), date(2025, 1, 1), "80+"),
        (date(2026, 1, 1), date(2025, 1, 1), UNKNOWN),
    ],
)
def test_age_is_in_full_years(born: date, as_of: date, band: str) -> None:
    members = read_members(parquet([{"birth_date": born.isoformat()}]))
    (found,) = [row["age_band"] for row in all_figures(members, as_of)[2].records() if row["members"]]
    assert found == band


def test_file_without_members_has_no_groups() -> None:
    figures = all_figures(read_members(parquet([])), AS_OF)
    assert [figure.records() for figure in figures if figure.name != "age_bands"] == [[], [], [], []]
    assert sum(int(str(row["members"])) for row in figures[2].records()) == 0


def test_attribute_that_no_member_has_is_unknown_for_all() -> None:
    figures = all_figures(read_members(parquet(MEMBERS, ("status",))), AS_OF)
    assert figures[0].records() == [{"region": UNKNOWN, "members": 4}]
    assert figures[4].records() == []


def test_file_without_any_needed_column_still_counts_its_rows() -> None:
    figures = all_figures(read_members(parquet([{"other": "x"}] * 3, ("other",))), AS_OF)
    assert figures[0].records() == [{"region": UNKNOWN, "members": 3}]


@pytest.mark.parametrize("content", [b"", b"no parquet", parquet(MEMBERS)[:-40], parquet(MEMBERS)[:200]])
def test_file_that_is_no_parquet_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read_members(content)


def test_mixed_column_is_read_by_its_dynamodb_json() -> None:
    field = pa.field("region", pa.string(), metadata={"dynamodb": "JSON"})
    values = ['{"S":"Utrecht"}', '{"N":"12.50"}', '{"L":[{"S":"x"}]}', None, '{"NULL":true}']
    content = io.BytesIO()
    pq.write_table(pa.table([values], schema=pa.schema([field])), content)
    counted = {
        row["region"]: row["members"] for row in all_figures(read_members(content.getvalue()), AS_OF)[0].records()
    }
    assert counted == {"Utrecht": 1, "12.5": 1, UNKNOWN: 3}


# formats


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("text/csv", CSV),
        ("Text/CSV; charset=utf-8", CSV),
        ("text/*", CSV),
        ("text/csv;q=0.9, application/json;q=0.8", CSV),
        ("text/csv;q=0.8, application/json;q=0.9", JSON),
        ("text/csv, application/json", JSON),
        ("text/csv, */*;q=0.1", CSV),
        ("text/html, */*;q=0.5", HTML),
        ("application/json;q=0, */*", CSV),
        ("*/*;q=0.1, text/csv;q=0.05", JSON),
        ("text/csv;q=oops, */*;q=0.1", JSON),
    ],
)
def test_accept_chooses_the_format(accept: str | None, expected: str) -> None:
    assert negotiate(accept) == expected


@pytest.mark.parametrize(
    "accept", ["image/png", "image/*", "application/json;q=0, text/csv;q=0", "application/json;q=0"]
)
def test_accept_of_neither_format_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptableError):
        negotiate(accept)


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_csv_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    figure = Figure("regions", ("region",), ((f'{start}HYPERLINK("x")', 1),))
    (_, row) = csv.reader(io.StringIO(to_csv([figure]), newline=""))
    assert row == ["regions", f'\'{start}HYPERLINK("x")', "", "1"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("Noord;=1+1", "Noord;'=1+1"),
        ("a;b;@x", "a;b;'@x"),
        ("a\n-1", "a\n'-1"),
        ("Noord-Holland", "Noord-Holland"),
        ("a;b", "a;b"),
    ],
)
def test_no_part_of_a_cell_is_a_formula_for_any_separator(text: str, cell: str) -> None:
    rows = list(csv.reader(io.StringIO(to_csv([Figure("regions", ("region",), ((text, 1),))]), newline="")))
    assert rows[1] == ["regions", cell, "", "1"]


def test_whole_number_stays_whole_beside_one_that_is_not() -> None:
    content = io.BytesIO()
    values = pa.array([Decimal("7"), Decimal("7.5"), Decimal("100")], pa.decimal128(4, 1))
    pq.write_table(pa.table({"region": values}), content)
    assert list(read_members(content.getvalue())["region"]) == ["7", "7.5", "100"]
