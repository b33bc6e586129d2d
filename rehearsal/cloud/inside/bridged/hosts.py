"""Addresses that AWS gives an API or a function (``https://<id>.execute-api.<region>.amazonaws.com``), which no name
server here knows.

Outputs of a stack say the same place on this machine instead, and a request that does name the host reaches it too.
Inside CloudFormation, and so in a function's settings, the address stays AWS's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .parts import module, take

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

#: AWS's own form of a host, and the emulator's, which names ``localhost``. ``…amazonaws.com.cn`` is China's.
_TAIL = r"(?:[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)|localhost)"
_HOST = re.compile(rf"([a-z0-9-]+)\.(execute-api|lambda-url)\.{_TAIL}(?::\d+)?")
_ADDRESS = re.compile(rf"https?://{_HOST.pattern}")
_OUTPUT = re.compile(r"(?<=<OutputValue>)[^<]*")
_PATH = re.compile(r"/_aws/(execute-api|lambda-url)/([a-z0-9-]+)(/.*)?")


def install() -> None:
    """Have ``DescribeStacks`` answer with addresses that can be reached."""
    handlers = module("services.cloudformation.handlers")
    take(handlers._ACTION_HANDLERS, "DescribeStacks", "params", _answering)


def _answering(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def describe(params: Any) -> Any:
        status, headers, body = inner(params)
        base = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
        text = body.decode() if isinstance(body, bytes) else body
        told = _OUTPUT.sub(lambda found: here(found[0], base), text)
        return status, headers, told.encode() if isinstance(body, bytes) else told

    return describe


def here(text: str, base: str) -> str:
    """``text`` with each address of an API or a function as it is reached below ``base``."""
    return _ADDRESS.sub(lambda found: f"{base}/_aws/{found[2]}/{found[1]}", text)


def reached(inner: Application) -> Application:
    """The application, which a request reaches by AWS's host name as well as by the path that takes its place."""

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        found = addressed(scope) if scope["type"] in ("http", "websocket") else scope
        answers = scope["type"] == "http" and found["path"].startswith("/_aws/execute-api/")
        await inner(found, receive, _outside(send) if answers else send)

    return application


def _outside(send: Any) -> Any:
    """Of an API's answer, addresses of S3 that a function signed, as they are reached from outside its container."""
    port = os.environ["GATEWAY_PORT"]
    within, without = f"//host.docker.internal:{port}/".encode(), f"//127.0.0.1:{port}/".encode()
    start: dict[str, Any] = {}
    content = bytearray()

    async def sent(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        content.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        body = bytes(content).replace(within, without)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return sent


def addressed(scope: Scope) -> Scope:
    """The request as the emulator takes it: an API by its path, a function's URL by its host."""
    headers = dict(scope["headers"])
    named = _HOST.fullmatch(headers.get(b"host", b"").decode("latin-1"))
    if named and named[2] == "execute-api":
        before = f"/_aws/execute-api/{named[1]}".encode()
        return {**scope, "path": before.decode() + scope["path"], "raw_path": before + scope["raw_path"]}
    placed = _PATH.fullmatch(scope["path"])
    if placed is None or (placed[1] == "execute-api" and placed[3]):
        return scope
    if placed[1] == "execute-api":  # without a path, a stage named $default answers
        return {**scope, "path": scope["path"] + "/", "raw_path": scope["raw_path"] + b"/"}
    region = os.environ["MINISTACK_REGION"]
    host = (b"host", f"{placed[2]}.lambda-url.{region}.on.aws".encode())
    rest = scope["raw_path"].removeprefix(f"/_aws/lambda-url/{placed[2]}".encode()) or b"/"
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "path": placed[3] or "/", "raw_path": rest, "headers": [host, *others]}
