"""One rehearsal from its testbed to its report; what failed can be kept to look at."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.story import kept, scenario, testbed
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import host
from rehearsal.story.settings import reaching
from rehearsal.story.testbed import Testbed
from release.errors import ReleaseError, UsageError
from release.report import Report


def run(folder: Path, env: Mapping[str, str], *, keep: bool) -> Report:
    """Rehearse the present commit of the repository in ``folder``.

    Args:
        keep: leave everything running afterwards, also when it fails; the report, or the error's, says how to look at
            it and how to stop it.

    Raises:
        UsageError: it is not the repository that the story is told of; nothing was started.
        MachineError: something the rehearsal needs is not to be had here.
        NotAsExpected: an assertion did not hold.
    """
    _check_repository(folder)
    reporter = Reporter()
    try:
        with testbed.start(folder, env, reporter, keep=keep) as bed:
            reporter.stand_ins = list(bed.stand_ins)
            repository = host(bed, env, reporter)
            try:
                try:
                    scenario.story(repository, bed.scratch, reporter)
                finally:
                    reporter.steps = repository.steps()
                return _report(reporter, bed, keep)
            except Exception as error:
                if keep:
                    _leave(error, bed, reporter)
                raise
    finally:
        print(reporter.table(), file=sys.stderr)


def _check_repository(folder: Path) -> None:
    if missing := [path for path in scenario.NEEDED if not (folder / path).is_file()]:
        raise UsageError(
            f"the rehearsal's story is told of the sample in lambda-image-release's own repository: {folder} has no "
            f"{missing[0]}",
            untouched="everything; nothing was started",
            next_step="run it in a clone of that repository: release -C DIR rehearse",
        )


def _report(reporter: Reporter, bed: Testbed, keep: bool) -> Report:
    rows = [{"step": r.step, "ran": r.ran, "seconds": round(r.seconds, 1), "result": r.result} for r in reporter.rows]
    data: dict[str, Any] = {
        "steps": rows,
        "workflow_steps": [asdict(step) for step in reporter.steps],
        "stand_ins": reporter.stand_ins,
    }
    lines = ["every assertion held"]
    if keep:
        data |= _reached(bed)
        lines += [*kept.how_to_call(bed), *kept.how_to_look(bed)]
    return Report(data, "\n".join(lines))


def _leave(error: Exception, bed: Testbed, reporter: Reporter) -> None:
    """Say how to look at what a failed story leaves running: in the error's report, or at once without one."""
    lines = ["left running as it was when it failed:", *kept.how_to_look(bed)]
    if isinstance(error, ReleaseError):
        error.report = Report(_reached(bed), "\n".join(lines))
        error.next_step = f"look at it in {bed.scratch.folder}, then make rehearse STOP={bed.folder}"
    else:
        for line in lines:
            reporter.say(line)


def _reached(bed: Testbed) -> dict[str, Any]:
    return {"state": str(bed.folder), "folder": str(bed.scratch.folder), "settings": reaching(bed.scratch.env)}
