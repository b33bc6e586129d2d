"""Rehearsals that were left running: how to look at one, and how to stop it."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.cloud import emulator
from rehearsal.machine import engine, runtimes
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.story import containers, course, seeding, typed
from rehearsal.story.settings import reaching
from release.adapters.toolbox import Cache, Progress
from release.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from rehearsal.story.testbed import Testbed

STATE = "rehearsal.json"


def remember(folder: Path, running: EngineHandle, aws: emulator.Emulator) -> None:
    """Write down in the run's ``folder`` what :func:`stop_kept` must know to end it."""
    (folder / STATE).write_text(json.dumps({"engine": asdict(running), "emulator": asdict(aws)}, default=str))


def stop_kept(env: Mapping[str, str], say: Progress, only: Path | None = None) -> int:
    """Stop every rehearsal that was left running with this cache folder (or ``only`` the one of that folder).

    An engine of our own stops with the last of them.

    Returns:
        how many there were.

    Raises:
        UsageError: ``only`` is no rehearsal that was left running.
    """
    if only is not None and not (only / STATE).is_file():
        raise UsageError(
            f"{only} is no rehearsal that was left running",
            untouched="everything",
            next_step="release rehearse --stop stops every one",
        )
    cache = Cache.of(env) if only is None else Cache(only.resolve().parents[1])
    kept = sorted(cache.folder("rehearsals").glob(f"run-*/{STATE}"))
    stopped = kept if only is None else [only.resolve() / STATE]
    for state in stopped:
        found = json.loads(state.read_text())
        facts = found["engine"] | {"docker": Path(found["engine"]["docker"])}
        aws = emulator.Emulator(found["emulator"]["port"], found["emulator"]["pid"], Path(found["emulator"]["log"]))
        handle = EngineHandle(**facts)
        emulator.stop(aws, handle)
        with suppress(RemoteError):  # an engine that is gone has no names left
            runtimes.forget(handle, state.parent.name)
        shutil.rmtree(state.parent, ignore_errors=True)
        say(f"stopped the rehearsal in {state.parent}")
    if len(kept) == len(stopped):
        engine.stop_kept(cache)
    return len(stopped)


def how_to_look(bed: Testbed) -> list[str]:
    """What to type in a rehearsal that was left running, and how to stop it.

    Its settings are written as ``export`` lines to a file.
    """
    file = bed.folder / "settings.sh"
    name = next(iter(bed.config.environments))
    found = reaching({**bed.scratch.env, **seeding.variables(bed.config.environments[name], bed.aws)})
    found["PATH"] = f"{bed.folder / 'bin'}:{found['PATH']}"
    typed.put_first(bed.folder / "bin", bed.scratch.folder)
    file.write_text("".join(f"export {key}={shlex.quote(value)}\n" for key, value in found.items()))
    last = course.of(bed.config.environments).last
    return [
        f"  . {file} && cd {bed.scratch.folder} && release history {last}",
        f"  the job summaries, as GitHub would show them: {bed.folder / 'github' / 'summaries'}",
        f"  what the emulated AWS prints: {bed.folder / 'aws' / 'emulator.log'}",
        f"  what the functions print: docker ps --all --filter {containers.label(bed.aws)}, then docker logs NAME",
        f"stop it with: release rehearse --stop {bed.folder} (--stop alone stops every one that was left running)",
    ]


def how_to_call(bed: Testbed) -> list[str]:
    """Where the first environment answers, and what the application proposes to type, after a story that went well."""
    name, seeded = next(iter(bed.seeded.items()))
    api = bed.scratch.json("status", name)["environments"][name]["api"]
    cloud = bed.session.client("cloudformation", endpoint_url=bed.aws.endpoint)
    stack = cloud.describe_stacks(StackName=bed.config.environments[name].stack)["Stacks"][0]
    known = {f"{{output.{each['OutputKey']}}}": each["OutputValue"] for each in stack.get("Outputs", [])}
    known["{api}"] = api or ""
    return [
        f"left running; {name} answers at {api}" if api else f"left running; {name} has no API",
        *(f"  {_filled(line, known)}" for line in seeded.tries),
    ]


def _filled(line: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        line = line.replace(name, value)
    return line
