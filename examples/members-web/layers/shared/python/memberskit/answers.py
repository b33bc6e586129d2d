"""Answers of an HTTP API."""

import json
from typing import Any


def as_json(status: int, document: Any) -> dict[str, Any]:
    return _answer(status, "application/json", json.dumps(document))


def as_page(status: int, html: str) -> dict[str, Any]:
    return _answer(status, "text/html; charset=utf-8", html)


def _answer(status: int, kind: str, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": kind}, "body": body}
