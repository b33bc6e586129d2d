"""Fixtures and settings for every test of the release package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.rehearsed import Rehearsed, rehearsed
from tests.support import tally
from tests.support.world import World

# The same examples on every run, and no verdict by the clock: a red test must be red again on the next machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What random lives consisted of, and one line for the job summary, where there is one."""
    ended = [report for how in ("passed", "failed") for report in terminalreporter.stats.get(how, [])]
    for line in tally.lines(ended) if "SEQUENCES" in os.environ else ():  # make test, make soak
        terminalreporter.write_line(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        counts = {how: len(terminalreporter.stats.get(how, [])) for how in ("passed", "failed", "error", "skipped")}
        mark = "⛔" if counts["failed"] or counts["error"] else "✅"
        told = ", ".join(f"{count:,} {how}" for how, count in counts.items() if count) or "none ran"
        with Path(summary).open("a", encoding="utf-8") as sink:
            sink.write(f"{mark} tests: {told}\n\n")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A fresh world of fakes."""
    return World(tmp_path / "dist")


@pytest.fixture(scope="session")
def rehearsal() -> Iterator[Rehearsed]:
    """One kept rehearsal, shared by every test that needs real parts."""
    with rehearsed() as running:
        yield running
