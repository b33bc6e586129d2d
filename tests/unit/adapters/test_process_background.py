"""Processes that go on in the background: whether they run, and how they end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from release.adapters import process
from release.errors import MachineError

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(1000)
"""


def test_one_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    background = process.spawn(["/bin/sleep", "1000"], log_file=tmp_path / "log", env={})
    assert process.alive(background.pid)
    process.stop(background.pid, grace=10)
    assert not process.alive(background.pid)


def test_one_that_ignores_the_request_is_ended_with_its_children(tmp_path: Path) -> None:
    background = process.spawn([sys.executable, "-c", STUBBORN], log_file=tmp_path / "log", env={})
    while not (said := background.log.read_text()).endswith("\n"):
        assert process.alive(background.pid), said
    process.stop(background.pid, grace=0.2)
    assert not process.alive(background.pid)
    for _ in range(100):  # it was sent the same signal, and is nobody's child to wait for
        if process.alive(int(said)):
            time.sleep(0.05)
    assert not process.alive(int(said))


def test_stopping_one_that_ended_already_is_no_error(tmp_path: Path) -> None:
    background = process.spawn(["/bin/true"], log_file=tmp_path / "log", env={})
    while process.alive(background.pid):
        pass
    process.stop(background.pid, grace=1)


def test_what_does_not_end_is_said(tmp_path: Path) -> None:
    background = process.spawn(["/bin/sleep", "1000"], log_file=tmp_path / "log", env={})
    with pytest.raises(MachineError, match=f"process {background.pid} does not end"):
        process.stop(background.pid, grace=-1)  # no time at all to see it end
    process.stop(background.pid, grace=10)


def test_this_process_and_the_first_one_are_alive() -> None:
    assert process.alive(os.getpid())
    assert process.alive(1)
