"""Addresses of APIs and functions as AWS gives them, reached on this machine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rehearsal.cloud.inside.bridged.hosts import Scope, addressed, here, reached

BASE = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("https://ab12cd34ef.execute-api.eu-west-1.amazonaws.com/v1", f"{BASE}/_aws/execute-api/ab12cd34ef/v1"),
        ("https://ab12.execute-api.cn-north-1.amazonaws.com.cn/live/x", f"{BASE}/_aws/execute-api/ab12/live/x"),
        ("http://ab12.execute-api.localhost:4599", f"{BASE}/_aws/execute-api/ab12"),
        ("https://abc.lambda-url.eu-west-1.on.aws/", f"{BASE}/_aws/lambda-url/abc/"),
        ("see https://a.execute-api.eu-west-1.amazonaws.com/v1, please", f"see {BASE}/_aws/execute-api/a/v1, please"),
        ("arn:aws:execute-api:eu-west-1:1:a/*", "arn:aws:execute-api:eu-west-1:1:a/*"),
        ("https://bucket.s3.amazonaws.com/key", "https://bucket.s3.amazonaws.com/key"),
    ],
)
def test_an_output_names_the_place_on_this_machine(address: str, reached: str) -> None:
    assert here(address, BASE) == reached


def request(path: str, host: str = "127.0.0.1:4566") -> dict[str, object]:
    return {
        "type": "http",
        "path": path,
        "raw_path": path.encode(),
        "headers": [(b"host", host.encode()), (b"a", b"b")],
    }


@pytest.mark.parametrize(
    ("path", "host", "asked"),
    [
        ("/v1/a", "ab12.execute-api.eu-west-1.amazonaws.com", "/_aws/execute-api/ab12/v1/a"),
        ("/_aws/execute-api/ab12", "127.0.0.1:4566", "/_aws/execute-api/ab12/"),
        ("/_aws/execute-api/ab12/v1", "127.0.0.1:4566", "/_aws/execute-api/ab12/v1"),
        ("/bucket/key", "127.0.0.1:4566", "/bucket/key"),
    ],
)
def test_an_api_is_reached_by_its_host_and_by_its_path(path: str, host: str, asked: str) -> None:
    found = addressed(request(path, host))
    assert (found["path"], found["raw_path"]) == (asked, asked.encode())


def test_a_functions_url_is_reached_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINISTACK_REGION", "eu-west-1")
    found = addressed(request("/_aws/lambda-url/abc/x"))
    assert (found["path"], found["raw_path"]) == ("/x", b"/x")
    assert found["headers"] == [(b"host", b"abc.lambda-url.eu-west-1.on.aws"), (b"a", b"b")]


def test_an_object_that_a_function_signed_for_is_reached_from_outside_its_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "4566")
    messages: list[dict[str, object]] = []

    async def emulated(_scope: Scope, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"1"), (b"x", b"y")]})
        for text, more in ((b'{"url": "http://host.docker', True), (b'.internal:4566/bucket/key?a=b"}', False)):
            await send({"type": "http.response.body", "body": text, "more_body": more})

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    def body(path: str) -> bytes:
        messages.clear()

        async def ask() -> None:
            await reached(emulated)(request(path), None, send)

        asyncio.run(ask())
        return b"".join(each.get("body", b"") for each in messages)  # type: ignore[misc]

    assert body("/_aws/execute-api/ab12/v1") == b'{"url": "http://127.0.0.1:4566/bucket/key?a=b"}'
    assert messages[0]["headers"] == [(b"x", b"y"), (b"content-length", b"47")]
    assert b"host.docker.internal" in body("/bucket/key")
