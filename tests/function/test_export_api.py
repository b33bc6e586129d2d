"""The export function from event to answer: routes, rights and error bodies."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ORIGIN, Clock, Context
from function_faults import refuse
from function_readback import read_back
from function_runs import KEY, body

from export.generate import Generator
from export.routes import FILE_PATH, make_api
from shared.api import Api
from shared.auth import Verifier
from shared.config import Config
from shared.store import MemberStore

Event = Callable[..., dict[str, Any]]


@pytest.fixture
def api(config: Config, generator: Generator, s3: Any, verifier: Verifier, log: logging.Logger) -> Api:
    return make_api(config, generator, s3, verifier, log)


def test_generate_then_download_gives_the_file(
    api: Api, event: Event, context: Context, put_member: Callable[..., None], store: MemberStore
) -> None:
    put_member("M1", name="x")
    made = api(event("POST", FILE_PATH, ["Members_CRUD_All"]), context)
    assert made["statusCode"] == 200
    assert body(made).keys() == {"key", "record_count", "bytes", "duration_ms"}
    answer = api(event("GET", FILE_PATH, ["Members_Read_All"]), context)
    assert answer["statusCode"] == 200
    content = body(answer)
    assert content["url"].startswith("https://")
    del content["url"]
    assert content == {
        "key": KEY,
        "expires_in": 300,
        "record_count": 1,
        "generated_at": "2025-03-30T11:22:33+00:00",
    }
    assert read_back(store.read_current()[1]) == [{"member_id": "M1", "name": "x"}]


def test_download_without_a_file_is_404_with_what_to_do(api: Api, event: Event, context: Context) -> None:
    answer = api(event("GET", FILE_PATH, ["Members_Read_All"]), context)
    assert answer["statusCode"] == 404
    assert body(answer)["error"] == "not_found"
    assert "POST /members/parquet" in body(answer)["message"]


@pytest.mark.parametrize(
    ("method", "groups", "status"),
    [
        ("POST", None, 401),
        ("POST", [], 403),
        ("POST", ["Members_Read_All"], 403),
        ("POST", ["Events_CRUD_All"], 403),
        ("POST", ["Members_CRUD_All"], 200),
        ("POST", ["System_CRUD_All", "Other"], 200),
        ("GET", None, 401),
        ("GET", ["Events_CRUD_All"], 403),
        ("GET", ["Members_Read_All"], 404),
        ("GET", ["System_CRUD_All"], 404),
    ],
)
def test_group_decides_and_every_answer_is_json_with_cors(
    api: Api, event: Event, context: Context, method: str, groups: list[str] | None, status: int
) -> None:
    answer = api(event(method, FILE_PATH, groups), context)
    assert answer["statusCode"] == status
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer["headers"]) == (status == 401)
    if status >= 400:
        assert body(answer).keys() >= {"error", "message"}


def test_refused_call_touches_neither_table_nor_bucket(
    api: Api, event: Event, context: Context, dynamodb: Any, s3: Any
) -> None:
    refuse(dynamodb, "Scan", "NotToBeReached", 500)
    refuse(s3, "ListObjectsV2", "NotToBeReached", 500)
    assert api(event("POST", FILE_PATH, ["Members_Read_All"]), context)["statusCode"] == 403
    assert api(event("POST", FILE_PATH), context)["statusCode"] == 401


@pytest.mark.parametrize("path", [FILE_PATH, "/health"])
def test_preflight_needs_no_token(api: Api, event: Event, context: Context, path: str) -> None:
    answer = api(event("OPTIONS", path), context)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in answer["headers"]["Access-Control-Allow-Headers"]
    assert answer["headers"]["Access-Control-Allow-Methods"] == (
        "GET, OPTIONS" if path == "/health" else "GET, OPTIONS, POST"
    )


def test_health_tells_what_is_deployed_without_token_table_or_bucket(
    api: Api, event: Event, context: Context, dynamodb: Any, s3: Any, config: Config
) -> None:
    for client, operation in ((dynamodb, "Scan"), (s3, "ListObjectsV2"), (s3, "HeadObject")):
        refuse(client, operation, "NotToBeReached", 500)
    answer = api(event("GET", "/health"), context)
    assert answer["statusCode"] == 200
    content = body(answer)
    assert content.pop("libraries").keys() == {"python", "botocore", "pyarrow", "pyjwt"}
    assert content == {"status": "ok", "version": config.version, "commit": config.commit}


def test_unknown_path_is_404_and_unknown_method_405(api: Api, event: Event, context: Context) -> None:
    assert api(event("GET", "/members"), context)["statusCode"] == 404
    answer = api(event("DELETE", FILE_PATH, ["System_CRUD_All"]), context)
    assert answer["statusCode"] == 405
    assert answer["headers"]["Allow"] == "GET, OPTIONS, POST"


def test_event_of_an_http_api_is_understood(api: Api, context: Context) -> None:
    event = {
        "version": "2.0",
        "rawPath": "/health",
        "headers": {},
        "requestContext": {"requestId": "api-2", "http": {"method": "GET", "path": "/health"}},
    }
    assert api(event, context)["statusCode"] == 200


def test_path_below_a_base_path_is_found_by_its_resource(api: Api, event: Event, context: Context) -> None:
    mapped = event("GET", "/health") | {"path": "/v1/health"}
    assert api(mapped, context)["statusCode"] == 200


def test_two_authorization_headers_are_refused(api: Api, event: Event, context: Context) -> None:
    twice = event("POST", FILE_PATH, ["System_CRUD_All"])
    twice["multiValueHeaders"]["Authorization"] *= 2
    assert api(twice, context)["statusCode"] == 401


def test_no_keys_of_the_pool_is_503_and_closed(
    config: Config, generator: Generator, s3: Any, log: logging.Logger, event: Event, context: Context, clock: Clock
) -> None:
    from shared.jwks import KeySet

    def down() -> bytes:
        raise OSError("down")

    closed = Verifier(KeySet(down, clock.seconds), issuer=config.issuer, client_id=config.client_id, now=clock.seconds)
    api = make_api(config, generator, s3, closed, log)
    assert api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)["statusCode"] == 503


# the entry point


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, aws: None, config: Config) -> None:  # noqa: ARG001
    for name, value in {
        "RELEASE_VERSION": config.version,
        "GIT_SHA": config.commit,
        "MEMBERS_TABLE": config.members_table,
        "REPORTS_BUCKET": config.reports_bucket,
        "USER_POOL_ISSUER": config.issuer,
        "USER_POOL_CLIENT_ID": config.client_id,
        "USER_POOL_JWKS_URL": "",
        "CONSISTENT_READ": "true",
        "ALLOWED_ORIGIN": ORIGIN,
        "PRESIGN_SECONDS": "",
        "LOG_LEVEL": "",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_entry_point_builds_from_the_environment_and_answers_health(event: Event, context: Context) -> None:
    from export.app import handler

    assert body(handler(event("GET", "/health"), context))["version"] == "1.4.0"
