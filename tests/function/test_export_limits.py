"""A run near a limit, or with a hostile segment, ends by itself with the old file in place (faults.md, 44 and 49)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import pytest
from conftest import Context
from function_runs import KEY, OLD_KEY, Put, body, open_uploads, plenty, put_old
from function_table import WireTable

from export.generate import Generator
from export.limits import BYTES_TO_END_CLEANLY, SECONDS_TO_END_CLEANLY, Memory, resident
from export.routes import FILE_PATH, make_api
from export.scan import BYTES_PER_SEGMENT
from shared.auth import Verifier
from shared.errors import ApiError, DeadlineError, MemoryFullError, UnavailableError
from shared.store import MemberStore

LIMIT = 1024 * 1024 * 1024


def filling(good_checks: int) -> Memory:
    used = chain(repeat(0, good_checks), repeat(LIMIT - BYTES_TO_END_CLEANLY + 1))
    return Memory(LIMIT, lambda: next(used))


@pytest.mark.parametrize("good_checks", [0, 1, 3, 9])
def test_memory_near_its_limit_ends_the_run_cleanly_with_the_old_file(
    generator: Generator,
    fill_beyond_one_part: Callable[[], int],
    s3: Any,
    store: MemberStore,
    good_checks: int,
) -> None:
    fill_beyond_one_part()
    put_old(s3)
    with pytest.raises(MemoryFullError, match="MemorySize"):
        replace(generator, memory=filling(good_checks)).run(plenty)
    assert store.keys() == [OLD_KEY]
    assert open_uploads(s3) == 0


def test_memory_that_suffices_is_used(generator: Generator, put_member: Put, store: MemberStore) -> None:
    put_member("M1")
    memory = Memory(LIMIT, lambda: LIMIT - BYTES_TO_END_CLEANLY)
    assert replace(generator, memory=memory).run(plenty).key == KEY
    assert store.keys() == [KEY]


def test_full_memory_is_507_for_the_caller(
    generator: Generator,
    put_member: Put,
    verifier: Verifier,
    event: Callable[..., dict[str, Any]],
    context: Context,
) -> None:
    put_member("M1")
    small = replace(generator, memory=filling(0))
    api = make_api(generator.config, small, generator.store.s3, verifier, generator.log)
    answer = api(event("POST", FILE_PATH, ["System_CRUD_All"]), context)
    assert (answer["statusCode"], body(answer)["error"]) == (507, "memory_full")


def test_memory_that_a_library_asks_for_in_vain_is_told_as_full(
    generator: Generator, put_member: Put, s3: Any, store: MemberStore
) -> None:
    put_member("M1")
    put_old(s3)

    def refused() -> int:
        raise MemoryError

    with pytest.raises(MemoryFullError):
        replace(generator, memory=Memory(LIMIT, refused)).run(plenty)
    assert store.keys() == [OLD_KEY]


def test_limit_is_the_one_that_lambda_names() -> None:
    assert Memory.of_lambda({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}).limit == LIMIT
    assert Memory.of_lambda({}).limit is None


def test_memory_in_use_is_this_processs_own() -> None:
    before = resident()
    held = bytearray(b"x" * 64 * 1024 * 1024)
    assert resident() - before > len(held) // 2


# segments of a large table, one of them hostile


def segments(*pages: int) -> list[list[list[dict[str, Any]]]]:
    """For each segment its number of pages, of one item each; 0: one page without items."""
    return [
        [[{"member_id": {"S": f"{number}.{page}"}}] for page in range(count)] or [[]]
        for number, count in enumerate(pages)
    ]


@pytest.fixture
def attach(dynamodb: Any) -> Iterator[Callable[[WireTable], WireTable]]:
    """The generator's table is the given one, large enough for its segments."""
    attached: list[WireTable] = []

    def attach(table: WireTable) -> WireTable:
        table.size = BYTES_PER_SEGMENT * len(table.segments)
        table.attach(dynamodb)
        attached.append(table)
        return table

    yield attach
    for table in attached:
        table.silence.set()


Attach = Callable[[WireTable], WireTable]


def test_empty_segments_are_no_end_of_the_table(generator: Generator, attach: Attach) -> None:
    attach(WireTable(segments(0, 3, 0, 1), 0))
    assert generator.run(plenty).record_count == 4


@pytest.mark.parametrize("hostile", [0, 1, 2])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (lambda number: {"busy_segment": number}, UnavailableError),
        (lambda number: {"damage": lambda _, page: page[:-9] if b'"%d.' % number in page else page}, UnavailableError),
        (lambda number: {"damage": lambda _, page: b"" if b'"%d.' % number in page else page}, UnavailableError),
    ],
    ids=["throttled", "cut off", "nothing"],
)
def test_one_hostile_segment_fails_the_run_and_the_old_file_stays(
    generator: Generator,
    attach: Attach,
    s3: Any,
    store: MemberStore,
    fault: Callable[[int], dict[str, Any]],
    error: type[ApiError],
    hostile: int,
) -> None:
    put_old(s3)
    attach(WireTable(segments(2, 2, 2), 0, **fault(hostile)))
    with pytest.raises(error):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]
    assert open_uploads(s3) == 0


def test_segment_that_stays_silent_is_waited_for_until_the_deadline_and_no_longer(
    generator: Generator, attach: Attach, s3: Any, store: MemberStore
) -> None:
    put_old(s3)
    attach(WireTable(segments(2, 2), 0, silent_segment=1))
    began = time.monotonic()
    with pytest.raises(DeadlineError):
        generator.run(lambda: SECONDS_TO_END_CLEANLY + 1 - (time.monotonic() - began))
    assert time.monotonic() - began < 10
    assert store.keys() == [OLD_KEY]
