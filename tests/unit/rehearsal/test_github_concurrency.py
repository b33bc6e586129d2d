from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.github.concurrency import MOST_WAITING, ConcurrencyGroup, Lanes
from workflowlint.workflow import Refused

SINGLE = ConcurrencyGroup("deploy-production")
QUEUE = ConcurrencyGroup("deploy-production", queue="max")


def arrivals(group: ConcurrencyGroup, count: int) -> Lanes:
    lanes = Lanes()
    for number in range(1, count + 1):
        lanes.arrive(group, f"run {number}")
    return lanes


def test_a_single_queue_cancels_the_run_that_waited() -> None:
    assert arrivals(SINGLE, 4).cancelled == ["run 2", "run 3"]


def test_queue_max_cancels_nobody_and_keeps_the_order() -> None:
    """faults.md, 21."""
    lanes = arrivals(QUEUE, 4)
    for number in range(1, 5):
        lanes.leave(f"run {number}")
    assert lanes.cancelled == []
    assert [run for _, run in lanes.order] == ["run 1", "run 2", "run 3", "run 4"]


def test_queue_max_cancels_only_beyond_a_hundred_that_wait() -> None:
    assert arrivals(QUEUE, MOST_WAITING + 1).cancelled == []
    assert arrivals(QUEUE, MOST_WAITING + 2).cancelled == [f"run {MOST_WAITING + 2}"]


def test_cancel_in_progress_cancels_the_running_one() -> None:
    assert arrivals(ConcurrencyGroup("check", cancel_in_progress=True), 2).cancelled == ["run 1"]


def test_groups_do_not_wait_for_each_other() -> None:
    lanes = Lanes()
    assert lanes.enter(ConcurrencyGroup("a"), "one", timeout=1)
    assert lanes.enter(ConcurrencyGroup("b"), "two", timeout=1)


def test_waiting_run_starts_when_the_running_one_leaves() -> None:
    lanes = Lanes()
    lanes.arrive(QUEUE, "first")
    entered: list[bool] = []
    waiting = threading.Thread(target=lambda: entered.append(lanes.enter(QUEUE, "second", timeout=30)))
    waiting.start()
    while not lanes.lanes[QUEUE.name].waiting:
        threading.Event().wait(0.001)
    assert entered == []
    lanes.leave("first")
    waiting.join()
    assert entered == [True]


def test_cancelled_run_stops_waiting_and_does_not_enter() -> None:
    lanes = Lanes()
    lanes.arrive(SINGLE, "first")
    entered: list[bool] = []
    waiting = threading.Thread(target=lambda: entered.append(lanes.enter(SINGLE, "second", timeout=30)))
    waiting.start()
    while not lanes.lanes[SINGLE.name].waiting:
        threading.Event().wait(0.001)
    lanes.arrive(SINGLE, "third")
    waiting.join()
    assert entered == [False]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"group": "x", "queue": "many"}, "not single or max"),
        ({"group": "x", "queue": "max", "cancel-in-progress": True}, "exclude each other"),
        ({"group": "x-${{ needs.a.outputs.b }}"}, "not known before the run"),
    ],
)
def test_group_that_github_does_not_accept_is_refused(written: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        ConcurrencyGroup.of(written, {"inputs": {}}, "here")


def test_group_name_is_filled_in_and_has_no_case() -> None:
    group = ConcurrencyGroup.of(
        {"group": "Deploy-${{ inputs.environment }}"}, {"inputs": {"environment": "Staging"}}, "here"
    )
    assert group == ConcurrencyGroup("deploy-staging")


@given(st.lists(st.sampled_from(["arrive", "leave"]), max_size=40))
def test_at_most_one_runs_and_every_run_is_running_waiting_done_or_cancelled(moves: list[str]) -> None:
    lanes, arrived, left = Lanes(), list[str](), set[str]()
    for move in moves:
        lane = lanes.lanes.get(SINGLE.name)
        if move == "arrive":
            arrived.append(f"run {len(arrived)}")
            lanes.arrive(SINGLE, arrived[-1])
        elif lane and lane.running:
            left.add(lane.running)
            lanes.leave(lane.running)
    lane = lanes.lanes.get(SINGLE.name)
    alive = [run for run in ([lane.running, *lane.waiting] if lane else []) if run]
    assert sorted([*alive, *left, *lanes.cancelled]) == sorted(arrived)
    assert not lane or len(lane.waiting) <= 1


def test_whoever_waits_for_a_queue_to_fill_is_told_when_it_has() -> None:
    lanes, group = Lanes(), ConcurrencyGroup("deploy-staging", queue="max")
    lanes.arrive(group, "first")
    assert not lanes.wait_until("deploy-staging", 1, timeout=0.01)
    lanes.arrive(group, "second")
    assert lanes.wait_until("deploy-staging", 1, timeout=0)
    assert not lanes.wait_until("no such group", 1, timeout=0)
