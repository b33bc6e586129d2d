"""Where the functions hand things on: one bucket, a folder for each stage."""

import json
import os
from collections.abc import Iterator
from typing import Any, Protocol

import boto3


class Store(Protocol):
    """The bucket, or a test's dictionary."""

    def names(self, prefix: str) -> Iterator[str]: ...

    def read(self, name: str) -> str | None: ...

    def write(self, name: str, text: str) -> None: ...


class Bucket:
    """A Store in S3."""

    def __init__(self, name: str) -> None:
        self._s3, self._name = boto3.client("s3"), name

    def names(self, prefix: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"]

    def read(self, name: str) -> str | None:
        try:
            return str(self._s3.get_object(Bucket=self._name, Key=name)["Body"].read().decode())
        except self._s3.exceptions.NoSuchKey:
            return None

    def write(self, name: str, text: str) -> None:
        self._s3.put_object(Bucket=self._name, Key=name, Body=text.encode())


def own() -> Bucket:
    return Bucket(os.environ["DATA_BUCKET"])


def write_result(store: Store, name: str, result: dict[str, Any]) -> None:
    store.write(f"results/{name}.json", json.dumps(result, separators=(",", ":"), sort_keys=True))
