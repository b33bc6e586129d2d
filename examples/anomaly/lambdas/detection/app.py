"""Says over HTTP how unusual a call is, by the model that training has put into the bucket."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from shared.events import vector
from shared.forest import score

Answer = tuple[int, dict[str, Any]]
Model = Callable[[], Mapping[str, Any] | None]


class StoredModel:
    """The model in the bucket; fetched again when it has changed."""

    def __init__(self) -> None:
        self._etag, self._model = "", None

    def __call__(self) -> Mapping[str, Any] | None:
        s3, where = boto3.client("s3"), {"Bucket": os.environ["MODEL_BUCKET"], "Key": "model.json"}
        try:
            answer = s3.get_object(**where, **({"IfNoneMatch": self._etag} if self._etag else {}))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("304", "NotModified"):
                return self._model
            if code == "NoSuchKey":
                return None
            raise
        self._etag, self._model = answer["ETag"], json.load(answer["Body"])
        return self._model


def health(model: Model) -> Answer:
    known = model()
    return 200, {"status": "ok", "learnt_at": known["learnt_at"] if known else None}


def detect(body: str, model: Model) -> Answer:
    known = model()
    if known is None:
        return 503, {"error": "nothing has been learnt yet"}
    try:
        found = score(known["forest"], vector(json.loads(body), known["shares"]))
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": f"not understood: {error}"}
    return 200, {"unusual": found > known["limit"], "score": round(found, 3), "limit": round(known["limit"], 3)}


_MODEL = StoredModel()


def handler(event: dict[str, Any], _context: object, model: Model = _MODEL) -> dict[str, Any]:
    if event["resource"] == "/health":
        status, answer = health(model)
    else:
        status, answer = detect(event.get("body") or "", model)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}
