"""ZIP functions where AWS's bases cannot be pulled: the images that stand in for them run their code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from .parts import module, take

IMAGES = "BRIDGED_RUNTIMES"  # in the environment: JSON, runtime -> the image's name in the engine


def install() -> None:
    """Have the emulator look there first."""
    take(module("services.lambda_svc"), "_docker_image_for_runtime", "runtime", _known)


def _known(inner: Callable[[str], str | None]) -> Callable[[str], str | None]:
    images: dict[str, str] = json.loads(os.environ.get(IMAGES, "{}"))
    return lambda runtime: images.get(runtime) or inner(runtime)
