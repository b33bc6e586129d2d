"""The report function: figures from the current file, as JSON or CSV."""

import csv
import io
import json
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import BUCKET, ORIGIN, START, Clock, Context

from report.figures import Figure, all_figures
from report.formats import CSV, JSON, negotiate, to_csv
from report.members import UNKNOWN, read_members
from report.routes import make_api
from shared.api import Api
from shared.auth import Verifier
from shared.config import Config
from shared.errors import NotAcceptableError, UnreadableFileError
from shared.members_file import key_for
from shared.store import MemberStore

Event = Callable[..., dict[str, Any]]
REPORT_PATH = "/members/report"
AS_OF = date(2025, 3, 30)
MEMBERS: list[dict[str, Any]] = [
    {
        "region": "Utrecht",
        "membership_type": "Gewoon",
        "status": "active",
        "birth_date": "2007-03-30",
        "joined_on": "2020-05-01",
    },
    {
        "region": "Utrecht",
        "membership_type": "Gewoon",
        "status": "ended",
        "birth_date": "2007-03-31",
        "joined_on": "2020-01-01",
        "left_on": "2024-06-30",
    },
    {
        "region": " ",
        "membership_type": "Jeugd",
        "status": "active",
        "birth_date": "1944-02-29T00:00:00Z",
        "joined_on": "no date",
    },
    {"region": None, "membership_type": "Gewoon", "status": "active", "birth_date": "", "left_on": "somewhen"},
]


def parquet(rows: list[dict[str, Any]], names: tuple[str, ...] | None = None) -> bytes:
    columns = names or ("region", "membership_type", "status", "birth_date", "joined_on", "left_on")
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns})
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


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
    assert counted == {"Utrecht": 1, "12.50": 1, UNKNOWN: 3}


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
        ("text/html, */*;q=0.5", JSON),
        ("application/json;q=0, */*", CSV),
        ("*/*;q=0.1, text/csv;q=0.05", JSON),
        ("text/csv;q=oops, */*;q=0.1", JSON),
    ],
)
def test_accept_chooses_the_format(accept: str | None, expected: str) -> None:
    assert negotiate(accept) == expected


@pytest.mark.parametrize(
    "accept", ["text/html", "image/*", "application/json;q=0, text/csv;q=0", "application/json;q=0"]
)
def test_accept_of_neither_format_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptableError):
        negotiate(accept)


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_csv_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    figure = Figure("regions", ("region",), ((f'{start}HYPERLINK("x")', 1),))
    (_, row) = csv.reader(io.StringIO(to_csv([figure]), newline=""))
    assert row == ["regions", f'\'{start}HYPERLINK("x")', "", "1"]


# the function


@pytest.fixture
def api(config: Config, store: MemberStore, verifier: Verifier, clock: Clock, log: logging.Logger) -> Api:
    return make_api(config, store, clock, verifier, log)


@pytest.fixture
def stored(s3: Any) -> str:
    """A current file; answers its key."""
    key = key_for(START)
    metadata = {"generated-at": START.isoformat(), "record-count": "4"}
    s3.put_object(Bucket=BUCKET, Key=key, Body=parquet(MEMBERS), Metadata=metadata)
    return key


def test_report_is_json_unless_asked_otherwise(api: Api, event: Event, context: Context, stored: str) -> None:
    answer = api(event("GET", REPORT_PATH, ["Members_Read_All"]), context)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/json")
    content = json.loads(answer["body"])
    assert (content["key"], content["record_count"], content["generated_at"]) == (
        stored,
        4,
        "2025-03-30T11:22:33+00:00",
    )
    assert content.keys() >= {"regions", "membership", "age_bands", "joined_per_year", "left_per_year"}


@pytest.mark.usefixtures("stored")
def test_report_is_csv_when_asked(api: Api, event: Event, context: Context) -> None:
    answer = api(event("GET", REPORT_PATH, ["Members_Read_All"], {"accept": "text/csv"}), context)
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["headers"]["Vary"] == "Origin, Accept"
    rows = list(csv.DictReader(io.StringIO(answer["body"])))
    assert {"figure": "membership", "group": "Gewoon", "subgroup": "ended", "members": "1"} in rows
    assert {"figure": "joined_per_year", "group": "unknown", "subgroup": "", "members": "2"} in rows


@pytest.mark.usefixtures("stored")
def test_ages_are_those_of_the_day_the_file_was_made(api: Api, event: Event, context: Context, clock: Clock) -> None:
    clock.advance(10 * 365 * 24 * 3600)
    answer = api(event("GET", REPORT_PATH, ["Members_Read_All"]), context)
    bands = {row["age_band"]: row["members"] for row in json.loads(answer["body"])["age_bands"]}
    assert (bands["0-17"], bands["18-29"]) == (1, 1)


@pytest.mark.parametrize(("groups", "status"), [(None, 401), ([], 403), (["Events_Read_All"], 403)])
@pytest.mark.usefixtures("stored")
def test_report_needs_a_reading_group(
    api: Api, event: Event, context: Context, groups: list[str] | None, status: int
) -> None:
    answer = api(event("GET", REPORT_PATH, groups), context)
    assert answer["statusCode"] == status
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN


def test_report_without_a_file_is_404(api: Api, event: Event, context: Context) -> None:
    assert api(event("GET", REPORT_PATH, ["System_CRUD_All"]), context)["statusCode"] == 404


def test_report_of_an_unreadable_file_is_502(api: Api, event: Event, context: Context, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=key_for(START), Body=b"broken")
    answer = api(event("GET", REPORT_PATH, ["System_CRUD_All"]), context)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (502, "unreadable_file")


def test_report_refuses_formats_it_has_not_before_reading(api: Api, event: Event, context: Context) -> None:
    answer = api(event("GET", REPORT_PATH, ["System_CRUD_All"], {"Accept": "text/html"}), context)
    assert answer["statusCode"] == 406


def test_health_of_the_report_names_pandas_and_needs_no_token(api: Api, event: Event, context: Context) -> None:
    content = json.loads(api(event("GET", "/report/health"), context)["body"])
    assert (content["status"], content["version"]) == ("ok", "1.4.0")
    assert "pandas" in content["libraries"]


@pytest.mark.usefixtures("stored")
def test_direct_report_answers_plainly(api: Api, context: Context) -> None:
    assert api({"action": "report"}, context)["record_count"] == 4


@pytest.mark.usefixtures("aws")
def test_entry_point_builds_from_the_environment_and_answers_health(
    event: Event, context: Context, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "RELEASE_VERSION": config.version,
        "GIT_SHA": config.commit,
        "REPORTS_BUCKET": config.reports_bucket,
        "USER_POOL_ISSUER": config.issuer,
        "USER_POOL_CLIENT_ID": config.client_id,
    }.items():
        monkeypatch.setenv(name, value)
    from report.app import handler

    assert json.loads(handler(event("GET", "/report/health"), context)["body"])["commit"] == config.commit
