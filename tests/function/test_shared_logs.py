"""What reaches the log: never a member's data, whichever library fails with it; and the metrics of each call."""

import io
import json
import logging
import ssl
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import jwt
import pyarrow as pa
import pytest
import urllib3
from botocore.exceptions import ClientError, ParamValidationError
from conftest import ORIGIN, Clock, Context

from shared.api import Api, DirectAction, DirectCallError, Route
from shared.auth import Verifier
from shared.errors import UnavailableError
from shared.http import json_response
from shared.logs import LIBRARIES, make_logger
from shared.metrics import Metrics
from shared.principals import MAY_READ

NAME = "Waterlaan"


def fails_in_arrow() -> None:
    pa.array([NAME]).cast(pa.int64())


def fails_in_a_conversion() -> None:
    pa.array([{"name": NAME}], pa.struct([("name", pa.int64())]))


def fails_in_decimal() -> None:
    Decimal(NAME)


def fails_in_json() -> None:
    json.loads('{"name": "Waterlaan"')


def fails_in_unicode() -> None:
    f"{NAME}".encode("utf-16").decode("utf-8")


def fails_with_the_name_as_key() -> None:
    {"a": 1}[NAME]


def fails_in_dynamodb() -> None:
    message = f"The item {NAME} was not as expected"
    raise ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "Scan")


def fails_in_a_check_of_parameters() -> None:
    raise ParamValidationError(report=f"Invalid type for parameter Key, value: {NAME}")


def fails_in_the_connection() -> None:
    raise urllib3.exceptions.MaxRetryError(urllib3.HTTPConnectionPool("localhost"), f"/{NAME}", ssl.SSLError(NAME))


def fails_in_a_token() -> None:
    raise jwt.InvalidTokenError(f"not a token: {NAME}")


def fails_while_it_fails() -> None:
    try:
        fails_in_arrow()
    except pa.ArrowInvalid as error:
        raise RuntimeError(NAME) from error


def fails_with_several() -> None:
    raise ExceptionGroup(NAME, [ValueError(NAME), KeyError(NAME)])


def fails_as_unavailable() -> None:
    try:
        fails_in_dynamodb()
    except ClientError as error:
        raise UnavailableError("The member table is too busy.") from error


FAILURES = [value for name, value in list(globals().items()) if name.startswith("fails_")]


@pytest.fixture
def noisy() -> Iterator[list[str]]:
    """What a root logger at DEBUG hears, as Lambda's own might be set."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    root = logging.getLogger()
    level, ear = root.level, Ear()
    root.setLevel(logging.DEBUG)
    root.addHandler(ear)
    yield heard
    root.removeHandler(ear)
    root.setLevel(level)


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "over HTTP"])
@pytest.mark.parametrize("fail", FAILURES)
def test_no_librarys_error_brings_a_members_data_into_log_or_answer(
    fail: Callable[[], None],
    direct: bool,
    verifier: Verifier,
    log: logging.Logger,
    log_text: io.StringIO,
    event: Callable[..., dict[str, Any]],
    context: Context,
) -> None:
    def call(*_: Any) -> Any:
        fail()
        return json_response(200, {})

    api = Api(
        [Route("GET", "/members", "read", MAY_READ, call)],
        [DirectAction("read", call)],
        verifier,
        allowed_origin=ORIGIN,
        log=log,
        metrics=Metrics(log),
    )
    if direct:
        with pytest.raises((DirectCallError, UnavailableError)) as failed:
            api({"action": "read"}, context)
        assert NAME not in str(failed.value)
        assert failed.value.__cause__ is None or failed.value.__suppress_context__ or NAME not in str(failed.value)
    else:
        answer = api(event("GET", "/members", ["Members_Read_All"]), context)
        assert answer["statusCode"] >= 500
        assert NAME not in answer["body"]
    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    assert any(line["level"] == "ERROR" for line in lines)
    assert NAME not in log_text.getvalue()


def test_libraries_log_nothing_below_a_warning_whatever_the_root_logger_says(
    dynamodb: Any, put_member: Callable[..., None], noisy: list[str]
) -> None:
    make_logger("tested", level="DEBUG", version="1", commit="c", stream=io.StringIO())
    put_member("M1", last_name=NAME)
    assert dynamodb.scan(TableName="members")["Items"][0]["last_name"] == {"S": NAME}
    assert [message for message in noisy if NAME in message] == []
    assert {logging.getLogger(library).level for library in LIBRARIES} == {logging.WARNING}


# metrics


def metric_lines(log_text: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    return [line for line in lines if "_aws" in line]


def test_metrics_are_in_the_embedded_format_at_every_level_and_only_the_first_call_is_cold(
    log: logging.Logger, log_text: io.StringIO, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "stack-Export")
    log.setLevel("ERROR")
    metrics = Metrics(log, clock.seconds)
    for _ in range(2):
        metrics.called()
        metrics.emit(members=3, size=400, duration_ms=50)
    first, second = metric_lines(log_text)
    (described,) = first["_aws"]["CloudWatchMetrics"]
    assert first["_aws"]["Timestamp"] == clock.seconds() * 1000
    assert described["Dimensions"] == [["FunctionName"]]
    assert first["FunctionName"] == "stack-Export"
    units = {metric["Name"]: metric["Unit"] for metric in described["Metrics"]}
    assert units == {"Members": "Count", "Bytes": "Bytes", "Duration": "Milliseconds", "ColdStart": "Count"}
    assert [first[name] for name in units] == [3, 400, 50, 1]
    assert [second[name] for name in units] == [3, 400, 50, 0]
