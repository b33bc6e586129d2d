"""What a call leaves in the log, what an error tells, and calls that come without API Gateway."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock, Context
from function_faults import during, refuse
from function_runs import KEY, body
from function_tokens import UserPool

from export.generate import Generator
from export.routes import FILE_PATH, make_api
from shared.api import Api, DirectCallError, UnknownActionError
from shared.auth import Verifier
from shared.config import Config
from shared.errors import SupersededError
from shared.store import MemberStore

Event = Callable[..., dict[str, Any]]


@pytest.fixture
def api(config: Config, generator: Generator, s3: Any, verifier: Verifier, log: logging.Logger) -> Api:
    return make_api(config, generator, s3, verifier, log)


def audit_lines(log_text: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    return [line for line in lines if line["message"] == "audit"]


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
