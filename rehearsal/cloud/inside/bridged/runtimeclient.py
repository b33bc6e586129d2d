"""Images on any base: those that bring no runtime interface emulator of their own get one from outside.

AWS's bases hold the emulator and start it from ``/lambda-entrypoint.sh``; an image on another base holds a runtime
client alone, which would wait for Lambda for ever. The emulator is put in front of the image's own entry point as AWS's
page "Deploy Python Lambda functions with container images" (Using an alternative base image, Test the image) tells, and
mounted, so that the image stays the one that is released.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .parts import module, take

BRINGS_ITS_OWN = ["/lambda-entrypoint.sh"]
FOLDER = "BRIDGED_RUNTIME_EMULATORS"  # in the environment: where aws-lambda-rie-x86_64 and aws-lambda-rie-arm64 are
FILES = {"amd64": "aws-lambda-rie-x86_64", "arm64": "aws-lambda-rie-arm64"}
TARGET = "/var/rapid/aws-lambda-rie"


def install() -> None:
    """Have every container that is started for a function pass by here."""
    parameters = "run_kwargs container_env mounts runtime copies"
    take(module("services.lambda_svc"), "_wire_cognito_issuer_host", parameters, _passing)


def _passing(inner: Callable[..., None]) -> Callable[..., None]:
    def wire(run: dict[str, Any], env: dict[str, str], mounts: list[Any], *more: Any) -> None:
        inner(run, env, mounts, *more)
        service = module("services.lambda_svc")
        image = _image(service._get_docker_client(), run["image"])
        started = entry(image["Config"] or {}, run.get("entrypoint"), run.get("command"))
        run |= started
        if started["entrypoint"][:1] == [TARGET]:
            source = os.path.join(os.environ[FOLDER], FILES[image["Architecture"]])  # noqa: PTH118 - a name, no path
            mounts.append(service.docker_lib.types.Mount(TARGET, source, type="bind", read_only=True))

    return wire


def entry(config: dict[str, Any], entrypoint: list[str] | None, command: list[str] | None) -> dict[str, list[str]]:
    """How an image is started.

    Args:
        config: of the image.
        entrypoint, command: of the function's ImageConfig; Lambda replaces each by itself.
    """
    entrypoint = list(entrypoint or config.get("Entrypoint") or [])
    command = list(command or config.get("Cmd") or [])
    if entrypoint == BRINGS_ITS_OWN:
        return {"entrypoint": entrypoint, "command": command}
    return {"entrypoint": [TARGET, *entrypoint], "command": command}


def _image(client: Any, name: str) -> dict[str, Any]:
    with suppress(module("services.lambda_svc").docker_lib.errors.ImageNotFound):
        found: dict[str, Any] = client.images.get(name).attrs
        return found
    pulled: dict[str, Any] = client.images.pull(name).attrs
    return pulled
