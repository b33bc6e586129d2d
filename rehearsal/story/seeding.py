"""What an application brings into the emulated AWS by itself: the command ``[rehearsal] seed`` of its release.toml.

It runs once per environment, in the clone's folder, before anything is deployed there, and prints one JSON object on
its standard output (docs/rehearsal.md). What it says on the way goes to its standard error.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from rehearsal.cloud.emulator import Emulator
from release.adapters import process
from release.errors import MachineError, UsageError
from release.settings.environments import EnvironmentSpec

SECONDS = 600.0
KEYS = ("parameters", "secrets", "try")


@dataclass(frozen=True)
class Seeded:
    """What an environment has before its first deployment.

    Attributes:
        parameters: of the template, for this environment.
        tries: lines to type against what is left running; ``{api}`` and ``{output.NAME}`` are filled in then.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    tries: tuple[str, ...] = ()


def seed(
    command: str,
    spec: EnvironmentSpec,
    folder: Path,
    env: Mapping[str, str],
    aws: Emulator,
    session: boto3.Session,
    say: Callable[[str], None],
) -> Seeded:
    """Run ``command`` for one environment; "" runs nothing.

    Args:
        folder: the clone.
        env: what a release command of the rehearsal has in its environment.

    Raises:
        MachineError: it failed.
        UsageError: what it printed is not what was agreed.
    """
    if not command:
        return Seeded()
    say(f"$ {command}   # for {spec.name}")
    done = process.run(
        ["/bin/sh", "-c", command], cwd=folder, env={**env, **variables(spec, aws)}, timeout=SECONDS, check=False
    )
    for line in done.stderr.splitlines():
        say(line)
    if done.code != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise MachineError(
            f"the command rehearsal.seed of release.toml failed for {spec.name} with exit code {done.code}:\n{tail}",
            untouched="everything: nothing was deployed",
            next_step=f"mend it: {command}",
        )
    found = parsed(done.stdout)
    vault = session.client("secretsmanager", region_name=spec.region, endpoint_url=aws.endpoint)
    for name, value in found["secrets"].items():
        vault.create_secret(Name=name, SecretString=value if isinstance(value, str) else json.dumps(value))
    return Seeded(found["parameters"], tuple(found["try"]))


def variables(spec: EnvironmentSpec, aws: Emulator) -> dict[str, str]:
    """What the command knows of the environment that it is to fill."""
    return {
        "RELEASE_ENVIRONMENT": spec.name,
        "RELEASE_STACK": spec.stack,
        "RELEASE_SMOKE_SECRET": spec.smoke_secret,
        "RELEASE_ENDPOINT_FUNCTIONS": aws.container_endpoint,
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
    }


def parsed(printed: str) -> dict[str, Any]:
    """What the command printed, each key with its type. Raises UsageError."""
    try:
        found = json.loads(printed)
    except ValueError as error:
        raise _refused(f"is no JSON ({error}): {printed[:200]!r}") from error
    if not isinstance(found, dict) or (unknown := sorted(found.keys() - set(KEYS))):
        raise _refused(f"has the unknown key {unknown[0]!r}" if isinstance(found, dict) else "is no JSON object")
    parameters, secrets, tries = found.get("parameters", {}), found.get("secrets", {}), found.get("try", [])
    if not isinstance(parameters, dict) or not all(isinstance(v, (str, int)) for v in parameters.values()):
        raise _refused("is wrong: parameters must be names with texts or numbers")
    if not isinstance(secrets, dict) or not all(isinstance(v, (str, dict)) for v in secrets.values()):
        raise _refused("is wrong: secrets must be names with texts or objects")
    if not isinstance(tries, list) or not all(isinstance(v, str) for v in tries):
        raise _refused("is wrong: try must be a list of texts")
    texts = {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in parameters.items()}
    return {"parameters": texts, "secrets": secrets, "try": tries}


def put_python_first(folder: Path) -> Path:
    """Make ``python3`` and ``python`` in ``folder`` run this process's interpreter, which has boto3."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("python3", "python"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        program.chmod(0o755)
    return folder


def _refused(problem: str) -> UsageError:
    return UsageError(
        f"rehearsal.seed of release.toml: its standard output {problem}",
        untouched="everything: nothing was deployed",
        next_step='let it print {"parameters": {"Name": "value"}} there, and all else on its standard error',
    )
