"""The member table's pages, in an order that depends on the table alone, read by several segments at once.

botocore signs, sends, retries and times out; the answer's body it hands over unparsed (its event `before-parse`), since
making a Python value of every cell is what an export's time would go into.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from botocore.exceptions import ClientError

from export.itempages import DamagedPageError, ItemPage, PageReader
from export.limits import deadline
from shared.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

THROTTLED = {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
DENIED = {"AccessDeniedException"}
MOST_SEGMENTS = 8
"""As many pages, of 1 MB each, are held at once; botocore keeps 10 connections."""
BYTES_PER_SEGMENT = 8 * 1024 * 1024
"""DynamoDB advises one segment for each 2 GB at the least; a scan of a few pages is not worth another."""
TRIES_PER_PAGE = 3
_BODY = "Body"


@dataclass(frozen=True)
class Table:
    """What is scanned, and how."""

    name: str
    consistent: bool


def segments(client: DynamoDBClient, table: Table, log: logging.Logger) -> int:
    """How many segments the table's size is worth; 1 where the role may not ask for it."""
    try:
        size = client.describe_table(TableName=table.name)["Table"].get("TableSizeBytes", 0)
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        log.warning("the table's size is not known: it is scanned in one segment")
        return 1
    return max(1, min(MOST_SEGMENTS, size // BYTES_PER_SEGMENT))


def scan(
    client: DynamoDBClient, table: Table, count: int, reader: PageReader, seconds: Callable[[], float]
) -> Iterator[pa.StructArray]:
    """Every item, a page at a time: the segments' pages in turn, each segment's in order.

    Raises UnavailableError where the table is too busy or an answer arrives damaged again and again, DeadlineError
    where no page comes within `seconds`, what is left of the run: a request that hangs is left to its thread.
    """
    client.meta.events.register("before-parse.dynamodb.Scan", _leave_unparsed, unique_id="export-scan")
    pool = ThreadPoolExecutor(count)
    try:
        yield from _in_turn(pool, [_Segment(client, table, number, count) for number in range(count)], reader, seconds)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_turn(
    pool: ThreadPoolExecutor, segments: list[_Segment], reader: PageReader, seconds: Callable[[], float]
) -> Iterator[pa.StructArray]:
    def fetched(page: Future[bytes]) -> bytes:
        try:
            return page.result(max(0.0, seconds()))
        except TimeoutError as error:
            if page.done():  # botocore's own
                raise
            raise deadline() from error

    def whole(number: int) -> ItemPage:
        for _ in range(TRIES_PER_PAGE - 1):
            try:
                return reader.read(fetched(pages[number]))
            except DamagedPageError:
                pages[number] = pool.submit(segments[number].again)
        return reader.read(fetched(pages[number]))

    pages = [pool.submit(segment.fetch, None) for segment in segments]
    open_segments = list(range(len(segments)))
    while open_segments:
        for number in tuple(open_segments):
            page = whole(number)
            if page.next_key is None:
                open_segments.remove(number)
            else:
                pages[number] = pool.submit(segments[number].fetch, page.next_key)
            yield page.items


class _Segment:
    """One segment of the scan; `number` of `count`."""

    def __init__(self, client: DynamoDBClient, table: Table, number: int, count: int) -> None:
        self._client = client
        self._parameters: dict[str, Any] = {"TableName": table.name, "ConsistentRead": table.consistent}
        if count > 1:
            self._parameters |= {"Segment": number, "TotalSegments": count}
        self._start: Mapping[str, Any] | None = None

    def fetch(self, start: Mapping[str, Any] | None) -> bytes:
        """The answer's body that begins after `start`."""
        self._start = start
        return self.again()

    def again(self) -> bytes:
        """The same page once more."""
        begin = {"ExclusiveStartKey": self._start} if self._start else {}
        try:
            return _body(self._client.scan(**self._parameters, **begin))
        except ClientError as error:
            if error.response["Error"]["Code"] not in THROTTLED:
                raise
            raise UnavailableError(
                "The member table is too busy; nothing changed. Try again later.", headers={"Retry-After": "30"}
            ) from error


def _body(answer: Mapping[str, Any]) -> bytes:
    body: bytes = answer[_BODY]
    return body


def _leave_unparsed(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Keeps a good answer's body from botocore's parser; a body that does not fit its checksum counts as none.

    DynamoDB sends CRC-32 of each body ("Error handling with DynamoDB", `x-amz-crc32`); an emulation may not.
    """
    if response_dict["status_code"] >= 300:
        return
    body = response_dict["body"]
    expected = response_dict["headers"].get("x-amz-crc32")
    damaged = expected is not None and int(expected) != zlib.crc32(body)
    customized_response_dict[_BODY] = b"" if damaged else body
    response_dict["body"] = b"{}"
