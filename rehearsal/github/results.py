"""What a run's steps did, read from act's JSON lines: ran for real, stand-in, or not run. No step is left unnamed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rehearsal.github.startup import PlannedJob
from workflowlint.expressions import fill
from workflowlint.workflow import Step

STAND_IN = "[stand-in]"

_ERROR = re.compile(r"::error(?: [^\n]*?)?::(.*)", re.DOTALL)


@dataclass
class StepResult:
    """One step of one job (of one leg of its matrix): ``how`` it ran, how it ended, and how long it took."""

    workflow: str
    job: str
    step: str
    how: str = "not run"
    result: str = "skipped"
    seconds: float = 0.0


@dataclass
class RunResult:
    """One workflow run.

    Attributes:
        result: ``success``, ``failure``, or ``refused`` when GitHub would have started nothing.
        jobs: the result of each job that ran, by title.
        steps: every step of every job, in the files' order.
        summaries: the job summaries, in order.
        errors: the ``::error::`` annotations and act's own errors.
        outputs: by job id and step id, what steps set.
    """

    workflow: str
    event: str
    result: str = "failure"
    jobs: dict[str, str] = field(default_factory=dict)
    steps: list[StepResult] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outputs: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """The whole summary page, as Markdown."""
        return "\n".join(self.summaries)

    def step(self, title: str) -> StepResult:
        """The first step of this title. Raises KeyError."""
        for each in self.steps:
            if each.step == title:
                return each
        raise KeyError(title)


class Reader:
    """Reads act's lines one by one into ``run``."""

    def __init__(self, run: RunResult, jobs: Sequence[PlannedJob]) -> None:
        self.run = run
        self._jobs = list(jobs)
        self._legs: dict[tuple[str, str], dict[str, StepResult]] = {}

    def line(self, line: str) -> PlannedJob | None:
        """Take one line; the job that it says has ended."""
        try:
            event = json.loads(line)
        except ValueError:
            self.run.errors.append(line.removeprefix("Error: "))
            return None
        named = str(event.get("job", "")).rstrip()
        known = [each for each in self._jobs if each.job.id == event.get("jobID")]
        job = next((each for each in known if not each.leg or named.endswith(f"/{each.job.id} {each.leg}")), None)
        if job is None:
            return None
        title, steps = self._leg(job, event)
        path = event.get("stepID") or [""]
        step = steps.get(str(path[0]))
        if step is not None and event.get("stage") == "Main":
            self._step(step, event, nested=len(path) > 1)
        match event.get("command"):
            case "summary":
                self.run.summaries.append(event["content"])
            case "set-output" if len(path) == 1:
                self.run.outputs.setdefault((job.job.id, str(path[0])), {})[event["name"]] = event.get("arg", "")
        # act takes a command apart at its last "::", so an ARN in the text hides it: its line is read here.
        if annotation := _ERROR.match(event.get("raw", "")):
            self.run.errors.append(f"{title}: {_decoded(annotation[1].rstrip())}")
        if event.get("raw_output"):
            self.run.log.append(f"{title} | {event['msg'].rstrip()}")
        if "jobResult" not in event:
            return None
        # act says of every leg of a matrix that it failed when one did; its steps know better.
        failed = any(each.result == "failure" for each in steps.values())
        self.run.jobs[title] = event["jobResult"] if failed or event["jobResult"] != "failure" else "success"
        return job

    def close(self) -> None:
        """Name the steps that act never spoke of, and put all in the files' order."""
        for job in self._jobs:
            if not any(job.key == name for name, _ in self._legs):
                self._leg(job, {})
        order = [job.key for job in self._jobs]
        self.run.steps = [
            step
            for _, steps in sorted(self._legs.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
            for step in steps.values()
        ]

    def _leg(self, job: PlannedJob, event: dict[str, Any]) -> tuple[str, dict[str, StepResult]]:
        title = fill(job.title, {"matrix": event.get("matrix") or {}})
        key = (job.key, title)
        if key not in self._legs:
            self._legs[key] = {step.key: _new(job, title, step) for step in job.job.steps}
        return title, self._legs[key]

    @staticmethod
    def _step(step: StepResult, event: dict[str, Any], *, nested: bool) -> None:
        if event.get("raw_output") and event["msg"].startswith(STAND_IN):
            step.how = "stand-in"
        if "stepResult" in event and not nested and event["stepResult"] != "skipped":
            step.result = event["stepResult"]
            step.how = "for real" if step.how == "not run" else step.how
            step.seconds = timedelta(microseconds=event.get("executionTime", 0) / 1000).total_seconds()


def _new(job: PlannedJob, title: str, step: Step) -> StepResult:
    return StepResult(job.workflow.path.name, title, step.title)


def _decoded(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
