"""Faults put into real botocore clients by its own events: a refused call, a lost answer, a crash between two calls."""

from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError


class Crash(BaseException):
    """The process dies here: nothing catches this but the test."""


def refuse(client: Any, operation: str, code: str, status: int, *, times: int = 1, after: int = 0) -> None:
    """AWS answers `operation` with an error instead of doing it: `times` calls, after the first `after` good ones."""
    service = client.meta.service_model.service_name
    calls = 0

    def answer(**_: Any) -> Any:
        nonlocal calls
        calls += 1
        if not after < calls <= after + times:
            return None
        http = AWSResponse("", status, {}, None)
        return http, {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    client.meta.events.register(f"before-call.{service}.{operation}", answer)


def lose_answer(client: Any, operation: str, *, times: int = 1) -> None:
    """AWS does what `operation` asks, but the answer never arrives."""
    service = client.meta.service_model.service_name
    calls = 0

    def lose(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls <= times:
            raise ReadTimeoutError(endpoint_url="https://aws.example")

    client.meta.events.register(f"after-call.{service}.{operation}", lose)


def around_calls(clients: list[Any], hook: Callable[[str], None]) -> None:
    """Calls `hook` with a name before and after each call of the clients."""
    for client in clients:
        service = client.meta.service_model.service_name
        for moment in ("before", "after"):

            def call(model: Any, moment: str = moment, **_: Any) -> None:
                hook(f"{moment} {model.name}")

            client.meta.events.register(f"{moment}-call.{service}", call)


def during(client: Any, operation: str, action: Callable[[], object], moment: str = "before") -> None:
    """Runs `action` once, `moment` ("before" or "after") the client's first `operation`."""
    pending = [action]

    def call(model: Any, **_: Any) -> None:
        if model.name == operation and pending:
            pending.pop()()

    client.meta.events.register(f"{moment}-call.{client.meta.service_model.service_name}", call)


def crash_at(clients: list[Any], number: int) -> list[str]:
    """The process dies at the `number`-th moment around its calls; answers the list of moments, filled as they pass."""
    moments: list[str] = []

    def count(name: str) -> None:
        moments.append(name)
        if len(moments) == number:
            raise Crash(name)

    around_calls(clients, count)
    return moments
