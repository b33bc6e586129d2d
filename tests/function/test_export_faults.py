"""Whatever fails during scan or upload, and wherever a run dies, a complete file is there (faults.md, 44 to 46)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import BUCKET, Clock
from function_faults import Crash, crash_at, during, lose_answer, refuse
from function_runs import KEY, OLD_KEY, Put, open_uploads, plenty, put_old

from export.generate import Generator
from shared.errors import UnavailableError
from shared.members_file import PREFIX
from shared.store import MemberStore

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
