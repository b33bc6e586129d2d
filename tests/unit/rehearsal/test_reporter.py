"""The closing table of a rehearsal: what really ran, and how long it took."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from rehearsal.github.results import StepResult
from rehearsal.story.reporter import Reporter
from release.errors import ConflictError


@pytest.fixture
def reporter() -> Reporter:
    """A reporter that prints nowhere."""
    return Reporter(Console(file=io.StringIO()))


def test_a_step_that_fails_is_in_the_table_with_its_reason(reporter: Reporter) -> None:
    with reporter.step("build", "docker") as row:
        row.result = "two images"
    with pytest.raises(ConflictError), reporter.step("publish"):
        raise ConflictError("the name is taken")
    table = reporter.table()
    assert "two images" in table
    assert "FAILED: the name is taken" in table
    assert "total" in table


def test_every_step_of_a_workflow_is_named_with_how_it_ran_and_its_time_in_all(reporter: Reporter) -> None:
    reporter.steps = [
        StepResult("release.yml", "Build", "Scan", "for real", "success", 2.25),
        StepResult("release.yml", "Build", "Scan", "for real", "failure", 1.5),
        StepResult("release.yml", "Build", "Get the code", "stand-in", "success", 0.5),
        StepResult("release.yml", "Publish", "Publish"),
    ]
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in reporter.table().splitlines()
        if "release.yml" in line
    ]
    assert rows == [
        ["release.yml", "Build", "Scan", "2", "", "", "3.8 s"],
        ["release.yml", "Build", "Get the code", "", "1", "", "0.5 s"],
        ["release.yml", "Publish", "Publish", "", "", "1", "0.0 s"],
    ]


def test_what_will_not_be_shown_is_said_before_the_first_step_and_again_at_the_end() -> None:
    heard = io.StringIO()
    reporter = Reporter(Console(file=heard, highlight=False))
    reporter.begin(["AWS is emulated", "alarms are made, and nothing evaluates them"])
    assert heard.getvalue().splitlines()[1:] == ["  AWS is emulated", "  alarms are made, and nothing evaluates them"]
    assert reporter.table().endswith("  - AWS is emulated\n  - alarms are made, and nothing evaluates them")
