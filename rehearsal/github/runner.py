"""One workflow run by act, in host mode, with no network of its own and nothing of this process's environment."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.github.backend import Backend
from rehearsal.github.results import Reader, RunResult
from rehearsal.github.startup import PlannedJob, Settings, secrets_of
from rehearsal.github.triggers import Event
from release.adapters import process
from workflowlint.workflow import RUNNER, Workflow

PROGRAMS = Path(__file__).parent / "programs"
#: in this project's own repository the rehearsal is part of what make runs
_OWN_PROGRAMS = PROGRAMS / "own"


@dataclass(frozen=True)
class Runner:
    """What runs a job here: this machine in the place of one of GitHub's.

    Args:
        act: the executable.
        scratch: a folder for all runs' files.
        environment: what every step sees besides GitHub's own variables: the engine's socket, the emulated AWS, …
        path: search path of the steps, after the stand-ins of programs (``gh``; in this project ``make``).
    """

    act: Path
    scratch: Path
    environment: Mapping[str, str]
    path: str = "/usr/local/bin:/usr/bin:/bin"


def run(
    runner: Runner,
    scratch: Path,
    view: Path,
    file: str,
    workflow: Workflow,
    jobs: Sequence[PlannedJob],
    event: Event,
    settings: Settings,
    number: int,
    backend: tuple[Backend, str],
    stand_ins: Sequence[str],
    say: Callable[[str], None],
) -> RunResult:
    """Run ``workflow`` and read what its steps did.

    Args:
        scratch: a folder for this run's files.
        view: a checkout of the event's commit, whose ``.git`` act reads.
        file: the copy of the workflow file there that act reads (:mod:`rehearsal.github.copies`).
        number: the run's number, unique on this runner.
        backend: what answers the stand-ins, and its URL.
        stand_ins: act's options for them.
    """
    answers, url = backend
    secrets = secrets_of(jobs, event, settings)
    result = RunResult(workflow.path.name, event.name)
    reader = Reader(result, jobs)
    shown = len(result.log)

    def on_line(line: str) -> None:
        nonlocal shown
        ended = reader.line(line)
        for text in result.log[shown:]:
            say(text)
        shown = len(result.log)
        if ended:
            answers.ended(ended.key)

    steps_see = {
        **runner.environment,
        "GITHUB_REPOSITORY": settings.slug,
        "GITHUB_RUN_ID": str(number),
        "REHEARSAL_ORIGIN": str(view),
        "REHEARSAL_STORE": str(scratch),
        "REHEARSAL_CACHES": str(runner.scratch / "caches"),
        "REHEARSAL_BRANCH": settings.branch,
        "REHEARSAL_GITHUB": str(runner.scratch / "github.json"),
        "REHEARSAL_URL": url,
        "REHEARSAL_TOKEN": answers.bearer,
        "REHEARSAL_PYTHON": sys.executable,  # the stand-ins': python3 may be slow to start, or not there
    }
    command: list[str | Path] = [
        runner.act,
        event.name,
        "--workflows",
        view / ".github" / "workflows" / file,
    ]
    command += [
        "--eventpath",
        _event_file(scratch, event, settings),
        "--var-file",
        "/dev/null",
        "--secret-file",
        "/dev/null",
    ]
    command += ["--env-file", "/dev/null", "--input-file", "/dev/null", "--actor", "rehearsal"]
    command += ["--platform", f"{RUNNER}=-self-hosted", "--no-skip-checkout", "--action-offline-mode"]
    command += ["--no-cache-server", "--action-cache-path", scratch / "act", "--container-daemon-socket", "-"]
    command += ["--json", "--directory", view, *stand_ins]
    secrets["GITHUB_TOKEN"] = "no-token-of-github"
    for option, pairs in (("--env", steps_see), ("--secret", secrets)):
        command += [word for name, value in pairs.items() for word in (option, f"{name}={value}")]
    is_own = (view / "rehearsal" / "github" / "programs" / "own").is_dir()
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    own = {
        "HOME": str(home),
        "PATH": ":".join([*([str(_OWN_PROGRAMS)] if is_own else []), str(PROGRAMS), runner.path]),
        "LANG": "C.UTF-8",
        "DOCKER_HOST": "unix:///nonexistent",
    }
    began = time.monotonic()
    # in a folder without .actrc: the team's own would be read, which is for another use of act
    ended = process.run(command, cwd=scratch, env=own, timeout=3600, check=False, on_line=on_line)
    result.seconds = time.monotonic() - began
    reader.close()
    result.result = "success" if ended.code == 0 else "failure"
    return result


def _event_file(scratch: Path, event: Event, settings: Settings) -> Path:
    payload = {**event.payload, "repository": {"full_name": settings.slug, "default_branch": settings.branch}}
    if event.inputs:
        payload["inputs"] = dict(event.inputs)
    path = scratch / "event.json"
    path.write_text(json.dumps(payload), encoding="utf-8")
    return path
