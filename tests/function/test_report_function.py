"""The report function from event to answer."""

import csv
import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from conftest import BUCKET, ORIGIN, START, Clock, Context
from function_report_file import MEMBERS, parquet

from report.routes import make_api
from shared.api import Api
from shared.auth import Verifier
from shared.config import Config
from shared.members_file import key_for
from shared.store import MemberStore

Event = Callable[..., dict[str, Any]]
REPORT_PATH = "/members/report"


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
    answer = api(event("GET", REPORT_PATH, ["System_CRUD_All"], {"Accept": "image/png"}), context)
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
