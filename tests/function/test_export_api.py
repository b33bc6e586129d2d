"""The export function from event to answer: routes, rights, error bodies, audit log, direct invocations."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import urllib3
from conftest import BUCKET, ORIGIN, START, Clock, Context
from function_faults import during, refuse
from function_readback import read_back
from function_tokens import UserPool

from export.download import download
from export.generate import Generator
from export.routes import FILE_PATH, make_api
from shared.api import Api, DirectCallError, UnknownActionError
from shared.auth import Verifier
from shared.clients import s3_client
from shared.config import Config
from shared.errors import NotFoundError, SupersededError, UnavailableError
from shared.members_file import PREFIX, key_for
from shared.store import MemberStore

Event = Callable[..., dict[str, Any]]
KEY = key_for(START)
OPERATIONS = [("POST", FILE_PATH), ("GET", FILE_PATH)]


@pytest.fixture
def api(config: Config, generator: Generator, s3: Any, verifier: Verifier, log: logging.Logger) -> Api:
    return make_api(config, generator, s3, verifier, log)


def body(answer: dict[str, Any]) -> dict[str, Any]:
    content = json.loads(answer["body"])
    assert isinstance(content, dict)
    return content


def audit_lines(log_text: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    return [line for line in lines if line["message"] == "audit"]


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
    assert content.pop("libraries").keys() == {"python", "boto3", "pyarrow", "pyjwt"}
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


# audit and logs


def test_authorised_call_leaves_an_audit_line(
    api: Api, event: Event, context: Context, log_text: io.StringIO, pool: UserPool
) -> None:
    api(event("POST", FILE_PATH, ["Events_Read_All", "System_CRUD_All"]), context)
    (line,) = audit_lines(log_text)
    subject = pool.access_claims(0)["sub"]
    expected = {"outcome": "allowed", "who": subject, "role": "System_CRUD_All", "action": "generate"}
    assert expected.items() <= line.items()
    assert (line["request_id"], line["api_request_id"]) == ("request-1", "api-1")
    assert (line["version"], line["commit"], line["level"]) == ("1.4.0", "c" * 40, "INFO")


def test_denied_call_is_audited_as_denied(api: Api, event: Event, context: Context, log_text: io.StringIO) -> None:
    api(event("POST", FILE_PATH, ["Members_Read_All"]), context)
    (line,) = audit_lines(log_text)
    assert (line["outcome"], line["role"]) == ("denied", None)


def test_audit_line_is_written_at_every_log_level(
    api: Api, event: Event, context: Context, log: logging.Logger, log_text: io.StringIO
) -> None:
    log.setLevel("ERROR")
    api(event("GET", FILE_PATH, ["Members_Read_All"]), context)
    assert len(audit_lines(log_text)) == 1


def test_log_holds_neither_token_nor_email(
    api: Api, event: Event, context: Context, log_text: io.StringIO, pool: UserPool, clock: Clock
) -> None:
    token = pool.id_token(clock.seconds(), ["System_CRUD_All"])
    call = event("POST", FILE_PATH, headers={"Authorization": f"Bearer {token}"})
    assert api(call, context)["statusCode"] == 200
    assert api(event("POST", FILE_PATH, headers={"Authorization": f"Bearer {token}x"}), context)["statusCode"] == 401
    assert "somebody" not in log_text.getvalue()
    assert token.split(".")[1] not in log_text.getvalue()


def test_unexpected_error_is_500_without_details_and_the_log_holds_no_member_data(
    api: Api, event: Event, context: Context, s3: Any, log_text: io.StringIO
) -> None:
    def quote_a_member() -> None:
        raise ValueError("could not convert 'Waterlaan'")

    during(s3, "PutObject", quote_a_member)
    answer = api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)
    assert answer["statusCode"] == 500
    assert body(answer)["request_id"] == "request-1"
    assert "Waterlaan" not in answer["body"]
    assert "Waterlaan" not in log_text.getvalue()
    assert "ValueError" in log_text.getvalue()


def test_throttled_table_is_503_with_retry_after(api: Api, event: Event, context: Context, dynamodb: Any) -> None:
    refuse(dynamodb, "Scan", "ThrottlingException", 400)
    answer = api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "30"


def test_near_deadline_is_504(api: Api, event: Event) -> None:
    answer = api(event("POST", FILE_PATH, ["System_CRUD_All"]), Context(seconds_left=1))
    assert answer["statusCode"] == 504
    assert "Timeout" in body(answer)["message"]


def test_second_call_of_the_same_second_is_409_with_the_current_key(api: Api, event: Event, context: Context) -> None:
    api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)
    answer = api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)
    assert answer["statusCode"] == 409
    assert body(answer)["current"] == KEY


# direct invocation


def test_direct_generate_needs_no_token_and_answers_plainly(
    api: Api, context: Context, log_text: io.StringIO, store: MemberStore
) -> None:
    answer = api({"action": "generate"}, context)
    assert answer["key"] == KEY
    assert store.keys() == [KEY]
    assert audit_lines(log_text)[0]["who"] == "iam"


@pytest.mark.parametrize("event", [{}, {"action": "drop"}, {"action": None}, {"source": "aws.events"}])
def test_direct_call_without_known_action_is_a_function_error(
    api: Api, context: Context, event: dict[str, Any]
) -> None:
    with pytest.raises(UnknownActionError, match="generate"):
        api(event, context)


def test_failing_direct_call_is_a_function_error_without_member_data(api: Api, context: Context, s3: Any) -> None:
    def quote_a_member() -> None:
        raise ValueError("could not convert 'Waterlaan'")

    during(s3, "PutObject", quote_a_member)
    with pytest.raises(DirectCallError) as failed:
        api({"action": "generate"}, context)
    assert "Waterlaan" not in str(failed.value)
    assert failed.value.__suppress_context__


def test_refused_direct_call_tells_why(api: Api, context: Context) -> None:
    api({"action": "generate"}, context)
    with pytest.raises(SupersededError):
        api({"action": "generate"}, context)


# the download's address


def test_address_serves_the_whole_old_file_after_a_swap(
    generator: Generator, s3: Any, store: MemberStore, clock: Clock, put_member: Callable[..., None]
) -> None:
    put_member("M1")
    generator.run(lambda: 300.0)
    old = store.current()
    parameters = download(store, s3, 60)["url"]
    clock.advance(60)
    put_member("M2")
    generator.run(lambda: 300.0)
    assert store.current().key != old.key
    assert f"versionId={old.version_id}" in parameters
    served = s3.get_object(Bucket=BUCKET, Key=old.key, VersionId=old.version_id)["Body"].read()
    assert len(read_back(served)) == 1


def test_file_replaced_while_it_is_described_is_looked_up_again(
    generator: Generator, another_generator: Generator, clock: Clock
) -> None:
    generator.run(lambda: 300.0)
    clock.advance(60)
    during(another_generator.store.s3, "HeadObject", lambda: generator.run(lambda: 300.0))
    assert another_generator.store.current().key == key_for(clock.moment)


def test_file_replaced_again_and_again_is_503(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    refuse(s3, "HeadObject", "404", 404, times=3)
    with pytest.raises(UnavailableError):
        store.current()


def test_forbidden_file_is_no_missing_file(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    refuse(s3, "HeadObject", "403", 403)
    with pytest.raises(Exception, match="403"):
        store.current()


def test_empty_bucket_has_no_current_file(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}readme.txt", Body=b"x")
    with pytest.raises(NotFoundError):
        store.current()


def test_public_endpoint_is_the_one_in_the_address(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    url = urllib3.util.parse_url(download(store, s3_client("http://127.0.0.1:4599"), 60)["url"])
    assert (url.scheme, url.netloc, url.path) == ("http", "127.0.0.1:4599", f"/{BUCKET}/{KEY}")
    assert url.query is not None
    assert "X-Amz-Expires=60" in url.query


def test_unversioned_bucket_gives_an_address_without_version(aws: None, clock: Clock) -> None:  # noqa: ARG001
    client = boto3.client("s3")
    client.create_bucket(Bucket="plain-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket="plain-bucket", Key=key_for(clock()), Body=b"x")
    assert "versionId" not in download(MemberStore(client, "plain-bucket"), client, 60)["url"]


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
        "S3_PUBLIC_ENDPOINT": "",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_entry_point_builds_from_the_environment_and_answers_health(event: Event, context: Context) -> None:
    from export.app import handler

    assert body(handler(event("GET", "/health"), context))["version"] == "1.4.0"
