"""The member files in the reports bucket: which is current, what it is, its bytes, and clearing away older ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import NotFoundError, UnavailableError
from shared.members_file import GENERATED_AT, PREFIX, RECORD_COUNT, newest, outdated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

KEYS_PER_DELETE = 1000  # S3's limit
TRIES = 3


@dataclass(frozen=True)
class CurrentFile:
    """The current file as S3 describes it. `version_id` is None in a bucket without versions."""

    key: str
    bytes: int
    generated_at: str | None
    record_count: int | None
    version_id: str | None


@dataclass(frozen=True)
class Pruned:
    """After clearing away: the current key, and outdated files that S3 did not delete (the next run tries again)."""

    current: str | None
    leftover: tuple[str, ...]


class MemberStore:
    """The bucket's member files."""

    def __init__(self, s3: S3Client, bucket: str, keys_per_delete: int = KEYS_PER_DELETE) -> None:
        self.s3 = s3
        self.bucket = bucket
        self._keys_per_delete = keys_per_delete

    def keys(self) -> list[str]:
        """All keys under the prefix; S3's listing is strongly consistent and never shows an unfinished upload."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=PREFIX)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def current(self) -> CurrentFile:
        """Describes the current file; raises NotFoundError when there is none."""
        return self._with_current(self._describe)

    def read_current(self) -> tuple[CurrentFile, bytes]:
        """The current file, whole; raises NotFoundError when there is none."""
        return self._with_current(self._read)

    def _with_current(self, use: Callable[[str], T]) -> T:
        for _ in range(TRIES):
            key = newest(self.keys())
            if key is None:
                raise NotFoundError("There is no member file yet. Generate one: POST /members/parquet.")
            try:
                return use(key)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                # a run that finished in between has put a newer file in its place: look again
        raise UnavailableError("The member file is being replaced. Try again.", headers={"Retry-After": "1"})

    def _describe(self, key: str) -> CurrentFile:
        head = self.s3.head_object(Bucket=self.bucket, Key=key)
        return _described(key, head["ContentLength"], head["Metadata"], head.get("VersionId"))

    def _read(self, key: str) -> tuple[CurrentFile, bytes]:
        answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        described = _described(key, answer["ContentLength"], answer["Metadata"], answer.get("VersionId"))
        return described, answer["Body"].read()

    def prune(self) -> Pruned:
        """Deletes every member file but the newest; a refused delete is reported, not raised.

        Whoever prunes, and however often: the newest complete file is never deleted.
        """
        keys = self.keys()
        old = outdated(keys)
        leftover: list[str] = []
        for start in range(0, len(old), self._keys_per_delete):
            leftover += self._delete(old[start : start + self._keys_per_delete])
        return Pruned(newest(keys), tuple(leftover))

    def _delete(self, keys: list[str]) -> list[str]:
        try:
            answer = self.s3.delete_objects(
                Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            )
        except (BotoCoreError, ClientError):
            return keys
        return [error["Key"] for error in answer.get("Errors", [])]


def _described(key: str, size: int, metadata: dict[str, str], version_id: str | None) -> CurrentFile:
    count = metadata.get(RECORD_COUNT, "")
    return CurrentFile(
        key=key,
        bytes=size,
        generated_at=metadata.get(GENERATED_AT),
        record_count=int(count) if count.isdecimal() else None,
        version_id=None if version_id in (None, "null") else version_id,
    )
