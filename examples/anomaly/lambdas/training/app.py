"""Started by a schedule: learns from the history what is usual, and puts the model where detection reads it."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
from sklearn.ensemble import IsolationForest

from training.grow import lines, model


def grow(vectors: Sequence[Sequence[float]]) -> tuple[list[Any], int]:
    forest = IsolationForest(n_estimators=100, random_state=7).fit(vectors)
    return [each.tree_ for each in forest.estimators_], int(forest.max_samples_)


def handler(_event: Any, _context: object) -> dict[str, Any]:
    s3 = boto3.client("s3")
    source, history = os.environ["HISTORY_BUCKET"], []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=source, Prefix="calls/"):
        for item in page.get("Contents", ()):
            history += lines(s3.get_object(Bucket=source, Key=item["Key"])["Body"].read().decode())
    learnt = model(history, grow, datetime.now(UTC))
    document = json.dumps(learnt, separators=(",", ":")).encode()
    s3.put_object(Bucket=os.environ["MODEL_BUCKET"], Key="model.json", Body=document, ContentType="application/json")
    return {"learnt_from": learnt["learnt_from"], "limit": learnt["limit"], "bytes": len(document)}
