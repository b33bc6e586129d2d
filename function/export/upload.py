"""A file object that streams what is written to it into one S3 object, which appears whole or not at all.

S3's multipart upload: parts are sent as they fill, the object exists only once the upload is completed, and
`If-None-Match: *` on completion keeps two runs of the same second from overwriting each other.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import SupersededError
from shared.members_file import RUN

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 * 1024 * 1024  # S3's limits: 5 MiB a part at least, 10,000 parts at most: 78 GiB
CONTENT_TYPE = "application/vnd.apache.parquet"
AWS_FAULTS = (BotoCoreError, ClientError)


@dataclass(frozen=True)
class Target:
    """The object to be made. `metadata` must hold RUN, an id that no other run has."""

    bucket: str
    key: str
    metadata: Mapping[str, str]


class S3Upload:
    """Write to it, then `complete`. Leaving the `with` block before that, or by an error, aborts the upload."""

    def __init__(self, s3: S3Client, target: Target, log: logging.Logger) -> None:
        self._s3 = s3
        self._target = target
        self._log = log
        self._buffer = bytearray()
        self._parts: list[CompletedPartTypeDef] = []
        self._upload_id: str | None = None
        self._completed = False
        self.bytes_written = 0
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True
        if not self._completed:
            self._abort()

    def write(self, data: bytes) -> int:
        """Takes bytes; sends a part whenever one is full."""
        self._buffer += data
        self.bytes_written += len(data)
        while len(self._buffer) >= PART_BYTES:
            self._send_part(PART_BYTES)
        return len(data)

    def tell(self) -> int:
        return self.bytes_written

    def flush(self) -> None:
        """Nothing to do: a part below S3's smallest size cannot be sent early."""

    def close(self) -> None:
        """Nothing to do: only `complete` makes the object appear."""

    def complete(self) -> None:
        """Makes the object appear; raises SupersededError when another run's object is there already.

        When S3 did the work but its answer was lost, the object with this run's id is found and counts as done.
        """
        try:
            self._finish()
        except AWS_FAULTS as error:
            if not self._landed():
                if _status(error) == 412:
                    raise SupersededError(
                        "Another run wrote the member file of this very second; its file stays. "
                        "Run again for later changes.",
                        current=self._target.key,
                    ) from error
                raise
        self._completed = True

    def _finish(self) -> None:
        target = self._target
        if self._upload_id is None:
            self._s3.put_object(
                Bucket=target.bucket,
                Key=target.key,
                Body=bytes(self._buffer),
                ContentType=CONTENT_TYPE,
                Metadata=target.metadata,
                IfNoneMatch="*",
            )
            return
        if self._buffer:
            self._send_part(len(self._buffer))
        self._s3.complete_multipart_upload(
            Bucket=target.bucket,
            Key=target.key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
            IfNoneMatch="*",
        )

    def _send_part(self, size: int) -> None:
        target = self._target
        if self._upload_id is None:
            self._upload_id = self._s3.create_multipart_upload(
                Bucket=target.bucket, Key=target.key, ContentType=CONTENT_TYPE, Metadata=target.metadata
            )["UploadId"]
        number = len(self._parts) + 1
        answer = self._s3.upload_part(
            Bucket=target.bucket,
            Key=target.key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=bytes(self._buffer[:size]),
        )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        del self._buffer[:size]

    def _landed(self) -> bool:
        try:
            head = self._s3.head_object(Bucket=self._target.bucket, Key=self._target.key)
        except AWS_FAULTS:
            return False
        ours = head["Metadata"].get(RUN) == self._target.metadata[RUN]
        return ours and head["ContentLength"] == self.bytes_written

    def _abort(self) -> None:
        if self._upload_id is None:
            return
        try:
            self._s3.abort_multipart_upload(Bucket=self._target.bucket, Key=self._target.key, UploadId=self._upload_id)
        except AWS_FAULTS:
            # the bucket's rule for incomplete uploads is the net below this
            self._log.warning("an unfinished upload could not be aborted", exc_info=True)


def _status(error: Exception) -> int | None:
    """The HTTP status that AWS answered; None where no answer came."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else None
