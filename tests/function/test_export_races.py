"""Two runs at once, clearing away that fails, and the deadline (faults.md, 47 to 49)."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import START, Clock
from function_faults import during, refuse
from function_readback import read_back
from function_runs import KEY, OLD_KEY, Put, open_uploads, plenty, put_old

from export.generate import Generator
from export.limits import SECONDS_TO_END_CLEANLY
from shared.errors import DeadlineError, SupersededError
from shared.members_file import PREFIX, key_for
from shared.store import MemberStore

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
