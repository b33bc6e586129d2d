"""What is known only while a run is under way and must be known before: the environments that it deploys to.

GitHub starts a job of a called workflow for each environment that an earlier job names. Here every job is planned
before act starts, so the step that will name them is read, and what it will say is said by the same rule. Were it to
say something else, the job would find no plan (:mod:`rehearsal.github.backend`) and the run would fail.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from release.settings.config import parse_history
from release.settings.order import deployed_on
from workflowlint.workflow import Job, Refused, Step, Workflow

Foresee = Callable[[Step, str], Sequence[str] | None]
"""A step and the name of its output -> the list that it will be, as JSON; None when nobody can tell."""

_FROM = re.compile(r"\$\{\{\s*fromJSON\(needs\.([\w-]+)\.outputs\.([\w-]+)\)\s*\}\}")
_OUTPUT = re.compile(r"\$\{\{\s*steps\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}")
_ASKS = re.compile(r"release environments(?: --on (merge|tag))?")


def of_repository(folder: Path) -> Foresee:
    """What steps will say of the repository in ``folder``."""

    def foresee(step: Step, output: str) -> Sequence[str] | None:
        asks = _ASKS.fullmatch(step.run.strip())
        if asks is None or output != "environments":
            return None
        try:
            text = (folder / "release.toml").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()  # the step refuses
        return deployed_on(parse_history(text).environments, asks[1] or "")

    return foresee


def legs(flow: Workflow, job: Job, foresee: Foresee) -> list[dict[str, str]]:
    """The matrix of a job that calls a workflow: one dictionary for each leg, one empty one without a matrix.

    Raises:
        Refused: what a matrix will be cannot be told before the run.
    """
    written: Any = (job.raw.get("strategy") or {}).get("matrix") or {}
    where = f"{flow.path.name}, job {job.id}"
    if not isinstance(written, dict) or {"include", "exclude"} & written.keys():
        raise Refused(f"{where}: only a matrix of plain lists is rehearsed", next_step="write it as lists")
    lists = [
        [(name, str(value)) for value in _values(flow, values, foresee, where)] for name, values in written.items()
    ]
    return [dict(leg) for leg in itertools.product(*lists)]


def _values(flow: Workflow, written: Any, foresee: Foresee, where: str) -> Sequence[Any]:
    if isinstance(written, list):
        return written
    found: Sequence[str] | None = None
    if (asked := _FROM.fullmatch(str(written))) and asked[1] in flow.jobs:
        before = flow.jobs[asked[1]]
        named = _OUTPUT.fullmatch(str(before.outputs.get(asked[2], "")))
        step = next((each for each in before.steps if named and each.id == named[1]), None)
        found = foresee(step, named[2]) if step and named else None
    if found is None:
        raise Refused(
            f"{where}: what {json.dumps(written)} will be is not known before the run",
            untouched="everything: no run was started",
            next_step="take the list from a step that runs nothing but `release environments`",
        )
    return found
