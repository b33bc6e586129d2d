"""Small things that the tests of runs share."""

import json
from collections.abc import Callable
from typing import Any

from conftest import BUCKET

from shared.members_file import PREFIX

Put = Callable[..., None]
KEY = f"{PREFIX}members_20250330_112233.parquet"
OLD_KEY = f"{PREFIX}members_20240101_000000.parquet"


def plenty() -> float:
    return 300.0


def put_old(s3: Any, key: str = OLD_KEY) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"old")


def open_uploads(s3: Any) -> int:
    return len(s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


def body(answer: dict[str, Any]) -> dict[str, Any]:
    """The JSON object in an answer to API Gateway."""
    content = json.loads(answer["body"])
    assert isinstance(content, dict)
    return content
