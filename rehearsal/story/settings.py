"""What a release command of the rehearsal has in its environment: the emulated AWS, the engine, the base images."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.cloud.emulator import Emulator
from rehearsal.machine.base_image import RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle

NOT_A_PERSONS = ("AWS_", "RELEASE_", "GITHUB_", "ACTIONS_")
REACHES = ("AWS_", "RELEASE_", "DOCKER_", "SAM_", "PATH")


def settings(
    env: Mapping[str, str],
    *,
    aws: Emulator,
    engine: EngineHandle,
    bases: Sequence[RehearsalBase],
    sam: Path,
    cache: Path,
    database: str,
) -> dict[str, str]:
    """The whole environment of a release command: a person's own settings of AWS, GitHub and release stay out of it.

    Args:
        env: this process's.
        cache: the cache folder that this rehearsal uses, for the tools that the command takes from it.
        database: the scanner's, as RELEASE_SCAN_DATABASE takes it.
    """
    clean = {key: value for key, value in env.items() if not key.startswith(NOT_A_PERSONS)}
    found = {**clean, **engine.env, **aws.env}
    found |= {
        "PATH": f"{engine.docker.parent}:{env.get('PATH', '/usr/bin:/bin')}",
        "RELEASE_CACHE": str(cache),
        "RELEASE_REGISTRY": aws.registry,
        "RELEASE_SAM": str(sam),
        "RELEASE_BUILD_NETWORK": "host",
        "RELEASE_BUILDER": "" if engine.builder == "default" else engine.builder,
        "RELEASE_SCAN_DATABASE": database,
        "SAM_CLI_POLL_DELAY": "0.3",  # seconds; sam's default of 5 is meant for AWS's rate limits
    }
    if layouts := [f"{base.reference}={base.context}" for base in bases if base.stand_in]:
        found["RELEASE_BASE"] = " ".join(layouts)
    return found


def reaching(found: Mapping[str, str]) -> dict[str, str]:
    """Of these, the variables that the release command, docker and AWS tools need to reach the rehearsal."""
    return {key: value for key, value in found.items() if key.startswith(REACHES)}


def parameters(given: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The variable that gives each environment's template these parameters: environment -> name -> value."""
    words = (
        shlex.quote(f"{environment}:{name}={value}")
        for environment, values in given.items()
        for name, value in values.items()
    )
    return {"RELEASE_PARAMETERS": " ".join(words)}
