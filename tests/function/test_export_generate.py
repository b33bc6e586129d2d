"""A run gives one complete current file; whatever fails on the way, a complete file is there (faults.md 44 to 51)."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import BUCKET, START, TABLE, Clock
from function_faults import Crash, crash_at, during, lose_answer, refuse
from function_readback import read_back

from export.generate import SECONDS_TO_END_CLEANLY, Generator
from export.spool import Spool
from shared.errors import DeadlineError, DiskFullError, SupersededError, UnavailableError
from shared.members_file import PREFIX, key_for
from shared.store import MemberStore

KEY = f"{PREFIX}members_20250330_112233.parquet"
OLD_KEY = f"{PREFIX}members_20240101_000000.parquet"
Put = Callable[..., None]


def plenty() -> float:
    return 300.0


def put_old(s3: Any, key: str = OLD_KEY) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"old")


def open_uploads(s3: Any) -> int:
    return len(s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


@pytest.fixture
def fill_beyond_one_part(put_member: Put) -> Callable[[], int]:
    """Members whose file is larger than one upload part; answers how many."""

    def fill() -> int:
        for number in range(28):
            put_member(f"M{number}", photo=Random(number).randbytes(350_000))
        return 28

    return fill


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


# row 44: the scan


@pytest.mark.parametrize("after", [0, 1], ids=["first page", "later page"])
def test_throttled_scan_leaves_the_old_file(
    generator: Generator, put_member: Put, dynamodb: Any, s3: Any, store: MemberStore, after: int
) -> None:
    for number in range(5):
        put_member(f"M{number}", text="x" * 390_000)
    put_old(s3)
    refuse(dynamodb, "Scan", "ProvisionedThroughputExceededException", 400, after=after)
    with pytest.raises(UnavailableError):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]


def test_scan_cut_off_by_another_error_leaves_the_old_file(
    generator: Generator, put_member: Put, dynamodb: Any, s3: Any, store: MemberStore
) -> None:
    put_member("M1")
    put_old(s3)
    refuse(dynamodb, "Scan", "ResourceNotFoundException", 400)
    with pytest.raises(ClientError):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]


# row 45: the upload


def test_refused_upload_leaves_the_old_file(generator: Generator, s3: Any, store: MemberStore) -> None:
    put_old(s3)
    refuse(s3, "PutObject", "InternalError", 500)
    with pytest.raises(ClientError):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_refused_step_of_a_large_upload_leaves_the_old_file_and_no_parts(
    generator: Generator, fill_beyond_one_part: Callable[[], int], s3: Any, store: MemberStore, operation: str
) -> None:
    fill_beyond_one_part()
    put_old(s3)
    refuse(s3, operation, "InternalError", 500)
    with pytest.raises(ClientError):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]
    assert open_uploads(s3) == 0


def test_upload_whose_answer_was_lost_counts_as_done(generator: Generator, s3: Any, store: MemberStore) -> None:
    put_old(s3)
    lose_answer(s3, "PutObject")
    assert generator.run(plenty).key == KEY
    assert store.keys() == [KEY]


def test_completion_whose_answer_was_lost_counts_as_done(
    generator: Generator, fill_beyond_one_part: Callable[[], int], s3: Any, store: MemberStore
) -> None:
    fill_beyond_one_part()
    lose_answer(s3, "CompleteMultipartUpload")
    assert generator.run(plenty).key == KEY
    assert store.keys() == [KEY]


def test_lost_answer_with_nothing_stored_is_a_failure(generator: Generator, s3: Any, store: MemberStore) -> None:
    put_old(s3)
    during(s3, "HeadObject", lambda: s3.delete_object(Bucket=BUCKET, Key=KEY))
    lose_answer(s3, "PutObject")
    with pytest.raises(Exception, match="Read timeout"):
        generator.run(plenty)
    assert store.keys() == [OLD_KEY]


# row 46: a crash anywhere


def test_crash_at_any_moment_leaves_a_complete_file_and_the_next_run_mends(
    generator: Generator, put_member: Put, clock: Clock
) -> None:
    put_member("M1")
    s3 = generator.store.s3
    for old in (OLD_KEY, f"{PREFIX}members_20240202_000000.parquet"):
        put_old(s3, old)
    number, crashed = 0, True
    while crashed:
        number += 1
        clock.advance(60)
        dying = [boto3.client("dynamodb"), boto3.client("s3")]
        moments = crash_at(dying, number)
        run = replace(generator, dynamodb=dying[0], store=MemberStore(dying[1], BUCKET))
        try:
            run.run(plenty)
        except Crash:
            generator.store.current()  # raises when there is none
        crashed = len(moments) == number
        clock.advance(60)
        mended = generator.run(plenty)
        assert generator.store.keys() == [mended.key], f"after a crash at: {moments[-1]}"
        put_old(s3)
    assert number > 10  # each of scan, put, both lists and delete, before and after


# row 47: two runs


def test_second_run_of_the_same_second_leaves_the_first_ones_file(
    generator: Generator, another_generator: Generator, put_member: Put, store: MemberStore
) -> None:
    put_member("M1")
    first = generator.run(plenty)
    with pytest.raises(SupersededError) as refused:
        another_generator.run(plenty)
    assert refused.value.details == {"current": first.key}
    assert len(read_back(store.read_current()[1])) == first.record_count


def test_two_runs_of_one_second_at_once_have_one_winner(
    generator: Generator, another_generator: Generator, put_member: Put, store: MemberStore
) -> None:
    put_member("M1")
    during(another_generator.store.s3, "PutObject", lambda: generator.run(plenty))
    with pytest.raises(SupersededError):
        another_generator.run(plenty)
    assert store.keys() == [KEY]


def test_two_large_uploads_of_one_second_have_one_winner(
    generator: Generator, another_generator: Generator, fill_beyond_one_part: Callable[[], int], s3: Any
) -> None:
    fill_beyond_one_part()
    during(another_generator.store.s3, "CompleteMultipartUpload", lambda: generator.run(plenty))
    with pytest.raises(SupersededError):
        another_generator.run(plenty)
    assert generator.store.keys() == [KEY]
    assert open_uploads(s3) == 0


@pytest.mark.parametrize("operation", ["PutObject", "DeleteObjects"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_run_overtaken_by_a_later_one_never_deletes_its_file(
    generator: Generator,
    another_generator: Generator,
    clock: Clock,
    s3: Any,
    store: MemberStore,
    operation: str,
    moment: str,
) -> None:
    put_old(s3)

    def overtake() -> None:
        clock.advance(60)
        generator.run(plenty)

    during(another_generator.store.s3, operation, overtake, moment)
    later = key_for(START + timedelta(seconds=60))
    if operation == "PutObject":
        with pytest.raises(SupersededError) as refused:
            another_generator.run(plenty)
        assert refused.value.details == {"current": later}
    else:  # it had won by then, and was followed rather than overtaken
        another_generator.run(plenty)
    assert store.keys() == [later]


def test_file_dated_in_the_future_stops_the_run_before_any_work(generator: Generator, s3: Any, dynamodb: Any) -> None:
    future = f"{PREFIX}members_29990101_000000.parquet"
    put_old(s3, future)
    refuse(dynamodb, "Scan", "TheScanMustNotBeReached", 400)
    with pytest.raises(SupersededError) as refused:
        generator.run(plenty)
    assert refused.value.details == {"current": future}


# row 48: clearing away


def test_delete_with_partial_errors_is_reported_and_the_next_run_cleans(
    generator: Generator, clock: Clock, s3: Any, store: MemberStore, log_text: io.StringIO
) -> None:
    put_old(s3)

    def partly(parsed: dict[str, Any], **_: Any) -> None:
        put_old(s3)  # S3 kept this one
        parsed["Errors"] = [{"Key": OLD_KEY, "Code": "InternalError", "Message": "x"}]

    s3.meta.events.register_first("after-call.s3.DeleteObjects", partly, unique_id="partly")
    made = generator.run(plenty)
    assert made.answer()["leftover"] == [OLD_KEY]
    assert store.keys() == [OLD_KEY, KEY]
    assert any(json.loads(line)["level"] == "WARNING" for line in log_text.getvalue().splitlines())

    s3.meta.events.unregister("after-call.s3.DeleteObjects", unique_id="partly")
    clock.advance(1)
    following = generator.run(plenty)
    assert following.leftover == ()
    assert store.keys() == [following.key]


def test_refused_delete_is_reported_not_raised(generator: Generator, s3: Any, store: MemberStore) -> None:
    put_old(s3)
    refuse(s3, "DeleteObjects", "AccessDenied", 403)
    assert generator.run(plenty).leftover == (OLD_KEY,)
    assert store.keys() == [OLD_KEY, KEY]


def test_refused_second_listing_is_reported_not_raised(generator: Generator, s3: Any, store: MemberStore) -> None:
    put_old(s3)
    refuse(s3, "ListObjectsV2", "SlowDown", 503, after=1)
    assert generator.run(plenty).leftover == (OLD_KEY,)
    assert store.keys() == [OLD_KEY, KEY]


# row 49: the deadline


@pytest.mark.parametrize("checks_before", range(4))
def test_near_deadline_ends_the_run_cleanly_with_the_old_file(
    generator: Generator,
    fill_beyond_one_part: Callable[[], int],
    s3: Any,
    store: MemberStore,
    checks_before: int,
) -> None:
    fill_beyond_one_part()
    put_old(s3)
    # the run asks once a scan page, once a row group, once before it completes
    answers = iter([300.0] * (checks_before * 4))

    with pytest.raises(DeadlineError):
        generator.run(lambda: next(answers, SECONDS_TO_END_CLEANLY - 0.1))
    assert store.keys() == [OLD_KEY]
    assert open_uploads(s3) == 0


def test_deadline_reached_during_the_upload_ends_the_run_before_the_file_appears(
    generator: Generator, fill_beyond_one_part: Callable[[], int], s3: Any, store: MemberStore
) -> None:
    fill_beyond_one_part()
    put_old(s3)
    left = [300.0]
    during(s3, "UploadPart", lambda: left.append(1.0))
    with pytest.raises(DeadlineError):
        generator.run(lambda: left[-1])
    assert store.keys() == [OLD_KEY]
    assert open_uploads(s3) == 0


def test_abort_that_fails_is_logged_and_the_first_error_is_told(
    generator: Generator, fill_beyond_one_part: Callable[[], int], s3: Any, log_text: io.StringIO
) -> None:
    fill_beyond_one_part()
    refuse(s3, "CompleteMultipartUpload", "InternalError", 500)
    refuse(s3, "AbortMultipartUpload", "SlowDown", 503)
    with pytest.raises(ClientError, match="CompleteMultipartUpload"):
        generator.run(plenty)
    assert "could not be aborted" in log_text.getvalue()


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
    with Path("/dev/full").open("r+b") as full, Spool(full) as spool:
        with pytest.raises(DiskFullError, match="EphemeralStorage"):
            spool.write([{"photo": {"B": Random(1).randbytes(1_000_000)}}])
        with pytest.raises(DiskFullError):
            list(spool.pages())
