"""Every `release` command in the workflow files is one that the command line accepts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from release import cli
from workflowlint import workflow

VALUES = {
    "ENVIRONMENT": "staging",
    "VERSION": "1.4.0-rc.7",
    "TAG": "v1.4.0",
    "REASON": "-- it broke",
    "BASE": "a" * 40,
    "DIGESTS": "export=sha256:" + "a" * 64,
}
END = re.compile(r"\s+(?:\|\||\||>|2>&1|#).*$")


def commands() -> set[str]:
    runs = [
        step.run
        for each in workflow.load_all(Path(__file__).parents[3]).values()
        for job in each.jobs.values()
        for step in job.steps
    ]
    lines = [line.strip() for run in runs for line in run.splitlines()]
    inner = [line.partition("; do ")[2].partition("; done")[0] or line for line in lines]  # of a loop
    return {END.sub("", line) for line in inner if line.startswith("release ")}


@pytest.mark.parametrize("command", sorted(commands()))
def test_command_of_a_workflow_is_understood(command: str) -> None:
    words = [re.sub(r"\$([A-Za-z]+)", lambda m: VALUES[m[1].upper()], word) for word in shlex.split(command)]
    assert cli.parser().parse_args(words[1:]).command == words[1]


def test_workflows_use_the_commands_of_the_design() -> None:
    used = {command.split()[1] for command in commands()}
    assert used == {
        *("plan", "build", "start", "scan", "publish", "deploy", "rollback"),
        *("check-tag", "promote", "changelog", "status", "diff", "pipeline", "check", "environments"),
    }
