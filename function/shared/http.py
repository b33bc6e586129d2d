"""Requests and answers of API Gateway's proxy events (REST API payload 1.0; 2.0 is read as well)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALLOWED_HEADERS = "Authorization, Content-Type, Accept"


@dataclass(frozen=True)
class Request:
    """`resource` is the route's path as the template declares it; header names are in lower case."""

    method: str
    resource: str
    path: str
    headers: Mapping[str, tuple[str, ...]]
    api_request_id: str

    def header(self, name: str) -> str | None:
        """The header's value; several lines of one header are joined as HTTP allows. `name` in lower case."""
        values = self.headers.get(name)
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Response:
    """An answer; `body` is text already encoded for `content_type`."""

    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def is_http(event: Mapping[str, Any]) -> bool:
    """True for an API Gateway event, False for a direct invocation."""
    return "httpMethod" in event or "http" in (event.get("requestContext") or {})


def request_from(event: Mapping[str, Any]) -> Request:
    """The request inside an API Gateway proxy event."""
    context = event.get("requestContext") or {}
    v2 = context.get("http") or {}
    path = str(event.get("path") or event.get("rawPath") or "/")
    return Request(
        method=str(event.get("httpMethod") or v2.get("method") or "").upper(),
        resource=str(event.get("resource") or path),
        path=path,
        headers=_headers(event),
        api_request_id=str(context.get("requestId") or ""),
    )


def _headers(event: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    single, multiple = event.get("headers") or {}, event.get("multiValueHeaders") or {}
    values = {name: (value,) for name, value in single.items()} | {n: tuple(v) for n, v in multiple.items()}
    headers: dict[str, tuple[str, ...]] = {}
    for name, lines in values.items():
        headers[name.lower()] = headers.get(name.lower(), ()) + tuple(str(line) for line in lines)
    return headers


def json_response(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """`content` as a JSON answer."""
    return Response(status, json.dumps(content, ensure_ascii=False), headers=headers or {})


def cors_headers(allowed_origin: str, methods: str) -> dict[str, str]:
    """What a browser needs to let `allowed_origin` read the answer (Fetch standard, CORS protocol)."""
    if not allowed_origin:
        return {}
    return {
        "Access-Control-Allow-Origin": allowed_origin,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }


def to_gateway(response: Response, headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer in the shape API Gateway's Lambda proxy integration takes."""
    fixed = {"Content-Type": response.content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {
        "statusCode": response.status,
        "headers": {**fixed, **headers, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }
