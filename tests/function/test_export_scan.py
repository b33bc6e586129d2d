"""The scan by segments: every item once, in one order; what is damaged, busy or cut off never passes for whole (44)."""

import io
import logging
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import REGION, TABLE
from function_faults import refuse
from function_table import WireTable

from export.itempages import PageReader
from export.scan import BYTES_PER_SEGMENT, MOST_SEGMENTS, Table, scan, segments
from shared.errors import UnavailableError

SCANNED = Table(TABLE, consistent=True)


@pytest.fixture
def client(aws: None) -> Any:  # noqa: ARG001
    return boto3.client("dynamodb", region_name=REGION, config=Config(retries={"total_max_attempts": 1}))


def pages(segment: int, *sizes: int) -> list[list[dict[str, Any]]]:
    return [[{"id": {"S": f"{segment}.{page}.{row}"}} for row in range(size)] for page, size in enumerate(sizes)]


def read(client: Any, count: int, seconds: float = 60.0) -> list[str]:
    return [
        cell["S"]
        for items in scan(client, SCANNED, count, PageReader(), lambda: seconds)
        if len(items)
        for cell in items.field("id").to_pylist()
    ]


def test_items_of_all_segments_come_once_page_by_page_in_turn(client: Any) -> None:
    table = WireTable([pages(0, 2, 1), pages(1, 1), pages(2, 0, 0, 1)], size=0)
    table.attach(client)
    first = read(client, 3)
    assert first == ["0.0.0", "0.0.1", "1.0.0", "0.1.0", "2.2.0"]
    assert read(client, 3) == first
    assert table.requests["Scan"] == 2 * 6


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, 1), (BYTES_PER_SEGMENT * 2 - 1, 1), (BYTES_PER_SEGMENT * 3, 3), (10**12, MOST_SEGMENTS)],
)
def test_larger_table_is_read_in_more_segments(client: Any, log: logging.Logger, size: int, expected: int) -> None:
    WireTable([], size).attach(client)
    assert segments(client, SCANNED, log) == expected


def test_role_that_may_not_ask_for_the_size_scans_in_one_segment_and_says_so(
    client: Any, log: logging.Logger, log_text: io.StringIO
) -> None:
    refuse(client, "DescribeTable", "AccessDeniedException", 400)
    assert segments(client, SCANNED, log) == 1
    assert "one segment" in log_text.getvalue()


def test_other_refusal_of_the_size_is_none_of_a_role(client: Any, log: logging.Logger) -> None:
    refuse(client, "DescribeTable", "ResourceNotFoundException", 400)
    with pytest.raises(ClientError):
        segments(client, SCANNED, log)


CUT_OFF: list[Callable[[bytes], bytes]] = [
    lambda _: b"",
    lambda _: b"{}",
    lambda body: body[: len(body) // 2],
    lambda body: body.replace(b"1.0.0", b"1.0.9"),
]


@pytest.mark.parametrize("damage", CUT_OFF, ids=["nothing", "no items", "half", "one letter"])
def test_damaged_answer_is_asked_for_again(client: Any, damage: Callable[[bytes], bytes]) -> None:
    table = WireTable([pages(0, 1), pages(1, 1)], 0, lambda number, body: damage(body) if number <= 2 else body)
    table.attach(client)
    assert read(client, 2) == ["0.0.0", "1.0.0"]
    assert table.requests["Scan"] > 2


@pytest.mark.parametrize("damage", CUT_OFF[:3], ids=["nothing", "no items", "half"])
def test_answer_damaged_each_time_is_a_failure_and_never_the_tables_end(
    client: Any, damage: Callable[[bytes], bytes]
) -> None:
    WireTable([pages(0, 1, 1)], 0, lambda number, body: damage(body) if number > 1 else body).attach(client)
    with pytest.raises(UnavailableError, match="damaged"):
        read(client, 1)


@pytest.mark.parametrize("busy", [0, 1, 2])
def test_one_busy_segment_fails_the_scan(client: Any, busy: int) -> None:
    WireTable([pages(n, 1, 1) for n in range(3)], 0, busy_segment=busy).attach(client)
    with pytest.raises(UnavailableError, match="too busy"):
        read(client, 3)


def test_other_answers_of_the_client_are_parsed_as_ever(client: Any) -> None:
    table = WireTable([pages(0, 1)], 7)
    table.attach(client)
    read(client, 1)
    assert client.describe_table(TableName=TABLE)["Table"]["TableSizeBytes"] == 7
