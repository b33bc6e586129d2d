import pytest

from shared.events import NAMES, shares, vector

CALL = {"time": "2026-11-25T03:30:00+01:00", "user": "ada", "action": "DeleteBucket", "region": "eu-central-1"}


def test_a_call_is_as_many_numbers_as_there_are_names():
    known = {"user": {"ada": 0.5}, "action": {}, "region": {"eu-central-1": 1.0}}
    assert vector(CALL, known) == [2.5, 2.0, 1.0, 0.0, 0.5, 0.0, 1.0]
    assert len(NAMES) == 7


def test_a_time_without_a_zone_is_utc_and_an_error_is_one_number():
    assert vector(CALL | {"time": "2026-11-25T03:30:00", "error": True}, shares([CALL]))[:4] == [3.5, 2.0, 1.0, 1.0]


def test_shares_are_parts_of_all_calls():
    calls = [CALL, CALL, CALL | {"user": "bob"}, CALL | {"region": "us-east-1"}]
    assert shares(calls) == {
        "user": {"ada": 0.75, "bob": 0.25},
        "action": {"DeleteBucket": 1.0},
        "region": {"eu-central-1": 0.75, "us-east-1": 0.25},
    }


@pytest.mark.parametrize("broken", [{"time": "yesterday"}, {"time": ""}])
def test_a_time_that_is_none_is_an_error(broken):
    with pytest.raises(ValueError, match="isoformat"):
        vector(CALL | broken, shares([CALL]))
