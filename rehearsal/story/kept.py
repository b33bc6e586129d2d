"""Rehearsals that were left running: how to look at one, and how to stop it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.cloud import emulator
from rehearsal.machine import engine
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.story.settings import reaching
from release.adapters.toolbox import Cache, Progress
from release.errors import UsageError

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
            next_step="make rehearse STOP=1 stops every one",
        )
    cache = Cache.of(env) if only is None else Cache(only.resolve().parents[1])
    kept = sorted(cache.folder("rehearsals").glob(f"run-*/{STATE}"))
    stopped = kept if only is None else [only.resolve() / STATE]
    for state in stopped:
        found = json.loads(state.read_text())
        facts = found["engine"] | {"docker": Path(found["engine"]["docker"])}
        aws = emulator.Emulator(found["emulator"]["port"], found["emulator"]["pid"], Path(found["emulator"]["log"]))
        emulator.stop(aws, EngineHandle(**facts))
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
    lines = (f"export {key}={shlex.quote(value)}\n" for key, value in reaching(bed.scratch.env).items())
    file.write_text("".join(lines))
    return [
        f"  . {file} && cd {bed.scratch.folder} && {sys.executable} -m release history production",
        f"  the job summaries, as GitHub would show them: {bed.folder / 'github' / 'summaries'}",
        f"  what the emulated AWS prints: {bed.folder / 'aws' / 'emulator.log'}",
        f"stop it with: make rehearse STOP={bed.folder} (STOP=1 stops every one that was left running)",
    ]


def how_to_call(bed: Testbed) -> list[str]:
    """A call of the API that the first environment has, with a token, after a story that went well."""
    name, seeded = next(iter(bed.seeded.items()))
    endpoint = bed.scratch.env["AWS_ENDPOINT_URL"]
    vault = bed.session.client("secretsmanager", endpoint_url=endpoint)
    user = json.loads(vault.get_secret_value(SecretId=seeded.reader_secret)["SecretString"])
    token = bed.session.client("cognito-idp", endpoint_url=endpoint).initiate_auth(
        ClientId=seeded.user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
    )["AuthenticationResult"]["AccessToken"]
    api = bed.scratch.json("status", name)["environments"][name]["api"]
    return [
        f"left running; {name} answers at {api}",
        f"  curl -H 'Authorization: Bearer {token}' {api}/members/report",
    ]
