"""Custom resources: the address where a function answers CloudFormation is one that its container reaches."""

from __future__ import annotations

import os
from collections.abc import Callable

from .parts import module, take


def install() -> None:
    """Have the emulator name this machine as containers know it."""
    take(module("services.cloudformation.custom_resource"), "_gateway_url", "", _from_containers)


def _from_containers(_inner: Callable[[], str]) -> Callable[[], str]:
    return lambda: f"http://host.docker.internal:{os.environ['GATEWAY_PORT']}"
