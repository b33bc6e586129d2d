"""The Runtime API that hands out no event, asked as runtimes and extensions ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest

from release.adapters.runtimeapi import RuntimeApi

RUNTIME, EXTENSION = "/2018-06-01/runtime", "/2020-01-01/extension"


@pytest.fixture
def served() -> Iterator[tuple[RuntimeApi, int]]:
    """One, listening, and its port."""
    api = RuntimeApi("Api")
    with api.serving() as port:
        yield api, port


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
    """One request, answered or not within two seconds."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer


def test_the_wish_for_an_event_is_noted_and_never_answered(served: tuple[RuntimeApi, int]) -> None:
    api, port = served
    with pytest.raises(TimeoutError):
        ask(port, "GET", f"{RUNTIME}/invocation/next")
    assert (api.ready > 0, api.problem, api.news.is_set()) == (True, "", True)


def test_an_error_of_the_runtime_is_its_kind_its_message_and_its_trace(served: tuple[RuntimeApi, int]) -> None:
    api, port = served
    report = {"errorType": "Runtime.ImportModuleError", "errorMessage": "no pandsa", "stackTrace": ["  at app.py\n"]}
    assert ask(port, "POST", f"{RUNTIME}/init/error", json.dumps(report).encode()).status == 202
    assert api.problem == "Runtime.ImportModuleError: no pandsa\n  at app.py"
    assert (api.ready, api.news.is_set()) == (0.0, True)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not JSON"])
def test_an_error_without_a_message_is_an_error_all_the_same(served: tuple[RuntimeApi, int], body: bytes) -> None:
    api, port = served
    ask(port, "POST", f"{RUNTIME}/init/error", body)
    assert api.problem


def test_an_extension_is_registered_waits_and_may_fail(served: tuple[RuntimeApi, int]) -> None:
    api, port = served
    answer = ask(port, "POST", f"{EXTENSION}/register", b'{"events": ["INVOKE"]}')
    assert answer.status == 200
    assert answer.headers["Lambda-Extension-Identifier"]
    assert ask(port, "PUT", "/2022-07-01/telemetry", b"{}").status == 200
    with pytest.raises(TimeoutError):
        ask(port, "GET", f"{EXTENSION}/event/next")
    assert not api.news.is_set(), "an extension that waits is no function that is ready"
    ask(port, "POST", f"{EXTENSION}/init/error", b"", Lambda_Extension_Function_Error_Type="Extension.NoKey")
    assert api.problem == "Extension.NoKey"


def test_a_question_that_nobody_knows_is_refused_and_changes_nothing(served: tuple[RuntimeApi, int]) -> None:
    api, port = served
    assert [ask(port, method, "/unknown").status for method in ("GET", "POST", "PUT")] == [404, 404, 404]
    assert (api.reached, api.ready, api.news.is_set()) == (True, 0.0, False)
