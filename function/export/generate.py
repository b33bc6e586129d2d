"""One run: the whole member table into one new Parquet file, then the older files away.

Whatever fails, and whenever, at least one complete file remains: the new object appears whole or not at all, and
older ones are deleted only after that, never the newest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from export.columns import TableColumns
from export.itempages import PageReader, together
from export.limits import Limits, Memory, memory_full
from export.row_groups import row_groups
from export.scan import Table, scan, segments
from export.shape import TableShape
from export.spool import Spool
from export.upload import AWS_FAULTS, S3Upload, Target
from shared.config import Config
from shared.errors import SupersededError
from shared.members_file import COMMIT, GENERATED_AT, RECORD_COUNT, RUN, VERSION, key_for, newest, outdated
from shared.store import MemberStore, Pruned

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.api import Remaining


@dataclass(frozen=True)
class Generated:
    """What a run made. `leftover` are older files that could not be deleted; the next run tries again."""

    key: str
    record_count: int
    bytes: int
    duration_ms: int
    leftover: tuple[str, ...]

    def answer(self) -> dict[str, Any]:
        """The body of the API's answer; `leftover` only where there is one."""
        body: dict[str, Any] = {
            "key": self.key,
            "record_count": self.record_count,
            "bytes": self.bytes,
            "duration_ms": self.duration_ms,
        }
        return body | ({"leftover": list(self.leftover)} if self.leftover else {})


@dataclass(frozen=True)
class Generator:
    """Runs against one table and one bucket; `now` answers the time in UTC."""

    dynamodb: DynamoDBClient
    store: MemberStore
    config: Config
    now: Callable[[], datetime]
    log: logging.Logger
    reader: PageReader = field(default_factory=PageReader)
    memory: Memory = field(default_factory=Memory)

    def run(self, remaining: Remaining) -> Generated:
        """Makes the new file the current one; raises ApiError where it cannot, with the old file in its place."""
        started = self.now()
        key = key_for(started)
        before = self.store.keys()
        _refuse_older_than(newest(before), key)
        limits = Limits(remaining, self.memory)
        try:
            with Spool() as spool:
                shape = self._spool(spool, limits)
                size = self._write(spool, shape, self._target(key, started, shape.records), limits)
        except MemoryError as error:  # pyarrow's own is one of these
            raise memory_full() from error
        pruned = self._prune(key, before)
        duration_ms = round((self.now() - started).total_seconds() * 1000)
        if pruned.current not in (None, key):
            raise _superseded(str(pruned.current))
        generated = Generated(key, shape.records, size, duration_ms, pruned.leftover)
        self.log.info("member file generated", extra={"data": generated.answer()})
        return generated

    def _spool(self, spool: Spool, limits: Limits) -> TableShape:
        table, shape = Table(self.config.members_table, self.config.consistent_read), TableShape()

        def pages() -> Iterator[pa.StructArray]:
            count = segments(self.dynamodb, table, self.log)
            for page in scan(self.dynamodb, table, count, self.reader, limits.seconds):
                limits.check()
                yield page

        for items in together(pages()):
            shape.learn(items)
            spool.write(items)
        return shape

    def _target(self, key: str, started: datetime, records: int) -> Target:
        metadata = {
            GENERATED_AT: started.isoformat(timespec="seconds"),
            RECORD_COUNT: str(records),
            VERSION: self.config.version,
            COMMIT: self.config.commit,
            RUN: uuid4().hex,
        }
        return Target(self.config.reports_bucket, key, metadata)

    def _write(self, spool: Spool, shape: TableShape, target: Target, limits: Limits) -> int:
        columns = TableColumns(shape)
        with S3Upload(self.store.s3, target, self.log) as upload:
            with pq.ParquetWriter(upload, columns.schema, compression="zstd") as writer:
                for group in row_groups(columns, spool.pages()):
                    limits.check()
                    writer.write_table(group)
            limits.check()
            upload.complete()
        if columns.exact:
            self.log.info("values that took the slow road", extra={"data": {"attributes": columns.exact}})
        return upload.bytes_written

    def _prune(self, key: str, before: list[str]) -> Pruned:
        try:
            pruned = self.store.prune()
        except AWS_FAULTS:
            # the new file is in place: the run succeeded, only the clearing away did not
            self.log.warning("older files could not be listed", exc_info=True)
            pruned = Pruned(key, tuple(outdated([*before, key])))
        if pruned.leftover:
            self.log.warning("older files could not be deleted", extra={"data": {"leftover": pruned.leftover}})
        return pruned


def _refuse_older_than(current: str | None, key: str) -> None:
    if current is not None and current >= key:
        raise _superseded(current)


def _superseded(current: str) -> SupersededError:
    return SupersededError(
        "The current member file is of this run's second or later; it stays. Run again for later changes; "
        "if its name lies in the future, remove it.",
        current=current,
    )
