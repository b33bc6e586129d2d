"""One rehearsal from its testbed to its report; what failed can be kept to look at."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.story import containers, course, given, kept, ourworkflows, steps, testbed
from rehearsal.story.hosted import host
from rehearsal.story.play import Play
from rehearsal.story.reporter import Reporter
from rehearsal.story.settings import reaching
from rehearsal.story.testbed import Testbed
from release.adapters import process
from release.errors import ReleaseError, UsageError
from release.report import Report
from release.settings.config import Config

#: What the story begins with.
NEEDED = ("release.toml", "pipeline.yaml")


def run(folder: Path, env: Mapping[str, str], names: Sequence[str], *, keep: bool) -> Report:
    """Rehearse the present commit of the repository in ``folder``.

    Args:
        names: the steps that are played, with what they need; none: all of them.
        keep: leave everything running afterwards, also when it fails; the report, or the error's, says how to look at
            it and how to stop it.

    Raises:
        UsageError: it cannot be rehearsed, or has no such step; nothing was started.
        MachineError: something the rehearsal needs is not to be had here.
        NotAsExpected: an assertion did not hold.
    """
    chosen = steps.chosen(names)
    top = repository_of(folder)
    settings_there(top)
    reporter = Reporter()
    if changed := process.run(["git", "-C", top, "status", "--porcelain"]).stdout.splitlines():
        commit = process.run(["git", "-C", top, "rev-parse", "--short", "HEAD"], check=False).stdout.strip()
        files = "1 file is" if len(changed) == 1 else f"{len(changed)} files are"
        reporter.say(f"{files} changed or new and not committed: commit {commit} is what is rehearsed")
    try:
        with testbed.start(top, env, reporter, check, keep=keep) as bed:
            repository = host(bed, env, reporter)
            try:
                try:
                    steps.tell(chosen, Play.of(repository, bed.scratch, reporter, bed.config))
                finally:
                    reporter.steps = repository.steps()
                return _report(reporter, bed, keep)
            except Exception as error:
                containers.tell(bed, reporter.say)
                if keep:
                    _leave(error, bed, reporter)
                raise
    finally:
        print(reporter.table(), file=sys.stderr)


def repository_of(folder: Path) -> Path:
    """The git repository that ``folder`` is in: its top, where release.toml must be. Raises UsageError."""
    found = process.run(["git", "-C", folder, "rev-parse", "--show-toplevel"], check=False)
    if found.code != 0:
        raise UsageError(
            f"{folder} is in no git repository",
            untouched="everything; nothing was started",
            next_step="run it in one: release -C DIR rehearse",
        )
    return Path(found.stdout.strip())


def settings_there(top: Path) -> None:
    """Raise UsageError unless the present commit of the repository has release.toml at its top."""
    listed = process.run(["git", "-C", top, "ls-tree", "-r", "-z", "--name-only", "HEAD"], check=False)
    if listed.code != 0:
        return  # no commit: cloning says it
    paths = [path for path in listed.stdout.split("\0") if path.rpartition("/")[2] == "release.toml"]
    if "release.toml" in paths:
        return
    if paths:
        where = paths[0].rpartition("/")[0]
        raise UsageError(
            f"release.toml is in {where}, and every command looks for it at the top of the repository",
            untouched="everything; nothing was started",
            next_step=f"git mv {paths[0]} release.toml, write the paths in it from there "
            f'(template = "{where}/template.yaml"), and release init in the top for the rest',
        )
    raise UsageError(
        "the present commit has no release.toml",
        untouched="everything; nothing was started",
        next_step="commit release.toml and run this again"
        if (top / "release.toml").is_file()
        else "release init, then commit what it wrote and run this again",
    )


def check(config: Config, folder: Path) -> None:
    """Raise UsageError when the clone in ``folder`` lacks what the story begins with."""
    course.of(config.environments)
    if missing := [path for path in NEEDED if not (folder / path).is_file()]:
        raise UsageError(
            f"the present commit has no {missing[0]}",
            untouched="everything; nothing was started",
            next_step="release init, then commit what it wrote and run this again",
        )
    ourworkflows.check(folder)
    if not config.rehearsal.seed:  # otherwise the seed may still give what is missing
        given.check(config, folder, {})


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
        error.next_step = f"look at it in {bed.scratch.folder}, then release rehearse --stop {bed.folder}"
    else:
        for line in lines:
            reporter.say(line)


def _reached(bed: Testbed) -> dict[str, Any]:
    return {"state": str(bed.folder), "folder": str(bed.scratch.folder), "settings": reaching(bed.scratch.env)}
