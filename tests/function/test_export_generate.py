"""A run writes the whole table into one current file and says so."""

import io
import tempfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from conftest import BUCKET, START, TABLE
from function_readback import read_back
from function_runs import KEY, OLD_KEY, Put, open_uploads, plenty, put_old

from export.generate import Generator
from export.spool import Spool
from shared.errors import DiskFullError
from shared.members_file import PREFIX, key_for
from shared.store import MemberStore


def test_run_writes_the_whole_table_and_says_so(generator: Generator, put_member: Put, store: MemberStore) -> None:
    members = [{"member_id": f"M{number}", "fee": Decimal(number) / 4} for number in range(150)]
    for member in members:
        put_member(**member)
    made = generator.run(plenty)
    current, content = store.read_current()
    assert (made.key, made.record_count, made.bytes) == (KEY, 150, len(content))
    assert sorted(read_back(content), key=lambda row: row["fee"]) == members
    assert current.record_count == 150


def test_answer_holds_key_count_bytes_and_duration(generator: Generator) -> None:
    assert generator.run(plenty).answer().keys() == {"key", "record_count", "bytes", "duration_ms"}


def test_object_tells_when_from_what_and_how_many(generator: Generator, put_member: Put, s3: Any) -> None:
    put_member("M1")
    generator.run(plenty)
    head = s3.head_object(Bucket=BUCKET, Key=KEY)
    assert head["ContentType"] == "application/vnd.apache.parquet"
    run = head["Metadata"].pop("run")
    assert len(run) == 32
    assert head["Metadata"] == {
        "generated-at": "2025-03-30T11:22:33+00:00",
        "record-count": "1",
        "version": "1.4.0",
        "commit": "c" * 40,
    }


def test_table_of_several_scan_pages_is_read_to_its_end(
    generator: Generator, put_member: Put, store: MemberStore
) -> None:
    for number in range(7):
        put_member(f"M{number}", text="x" * 390_000)
    assert generator.run(plenty).record_count == 7
    assert {row["member_id"] for row in read_back(store.read_current()[1])} == {f"M{number}" for number in range(7)}


@pytest.mark.parametrize("consistent", [True, False])
def test_scan_is_as_consistent_as_the_setting_says(generator: Generator, dynamodb: Any, consistent: bool) -> None:
    sent: list[Any] = []
    dynamodb.meta.events.register("provide-client-params.dynamodb.Scan", lambda params, **_: sent.append(params))
    replace(generator, config=replace(generator.config, consistent_read=consistent)).run(plenty)
    assert [params["ConsistentRead"] for params in sent] == [consistent]


def test_empty_table_gives_a_file_without_rows(generator: Generator, store: MemberStore) -> None:
    assert generator.run(plenty).record_count == 0
    assert read_back(store.read_current()[1]) == []


def test_file_beyond_one_part_arrives_whole(
    generator: Generator, fill_beyond_one_part: Callable[[], int], store: MemberStore, s3: Any
) -> None:
    count = fill_beyond_one_part()
    made = generator.run(plenty)
    assert made.bytes > 8 * 1024 * 1024
    assert len(read_back(store.read_current()[1])) == count
    assert open_uploads(s3) == 0


def test_older_files_go_and_others_objects_stay(generator: Generator, store: MemberStore, s3: Any) -> None:
    others = [f"{PREFIX}notes.txt", f"{PREFIX}members_2024.parquet", f"{PREFIX}archive/members_20240101_000000.parquet"]
    for key in [OLD_KEY, f"{PREFIX}members_20250330_112232.parquet", *others]:
        put_old(s3, key)
    generator.run(plenty)
    assert sorted(store.keys()) == sorted([KEY, *others])


def test_more_old_files_than_one_delete_takes_all_go(generator: Generator, s3: Any) -> None:
    for second in range(8):
        put_old(s3, key_for(START - timedelta(days=1, seconds=second)))
    store = MemberStore(s3, BUCKET, keys_per_delete=3)
    replace(generator, store=store).run(plenty)
    assert store.keys() == [KEY]


def test_log_of_a_run_holds_no_attribute_of_a_member(
    generator: Generator, put_member: Put, log_text: io.StringIO
) -> None:
    put_member("M1", last_name="Waterlaan", email="lid@example.org")
    generator.run(plenty)
    assert "member file generated" in log_text.getvalue()
    assert "Waterlaan" not in log_text.getvalue()
    assert "@" not in log_text.getvalue()


def test_table_name_is_the_configured_one(generator: Generator) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        replace(generator, config=replace(generator.config, members_table=TABLE + "-other")).run(plenty)


def test_full_disk_is_told_with_its_remedy() -> None:
    # buffered as a temporary file is: the disk is felt with the first page, not before
    page = pa.array([{"photo": {"B": b64encode(Random(1).randbytes(1_000_000)).decode()}}])
    with Path("/dev/full").open("r+b") as full, Spool(full) as spool:
        with pytest.raises(DiskFullError, match="EphemeralStorage"):
            spool.write(page)
        with pytest.raises(DiskFullError):
            list(spool.pages())


def test_pages_come_back_from_the_disk_in_order() -> None:
    pages = [pa.array([{"id": {"S": f"{page}-{row}"}} for row in range(page)]) for page in range(4)]
    with tempfile.TemporaryFile() as disk, Spool(disk) as spool:
        for page in pages:
            if len(page):
                spool.write(page)
        assert [batch.to_struct_array() for batch in spool.pages()] == pages[1:]
