"""Custom resources: functions answer at an address that containers reach; one that is not here has a stand-in."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from .parts import module, take
from .placeholders import Attributes, named

log = logging.getLogger("bridged")


def install() -> None:
    """Have the emulator name this machine as containers know it, and go on where another account's function answers."""
    custom = module("services.cloudformation.custom_resource")
    take(custom, "_gateway_url", "", _from_containers)
    parameters = "request_type logical_id props stack_name stack_id resource_type physical_id old_props"
    take(custom, "invoke_custom_resource", parameters, _answered)


def _from_containers(_inner: Callable[[], str]) -> Callable[[], str]:
    """The address that functions are given for AWS; without it (rehearsal/cloud/emulator.py), the engine's own name."""
    without = f"http://host.docker.internal:{os.environ['GATEWAY_PORT']}"
    return lambda: os.environ.get("AWS_ENDPOINT_URL", without)


def _answered(inner: Callable[..., tuple[str, Any]]) -> Callable[..., tuple[str, Any]]:
    def invoke(
        request: str, logical_id: str, props: dict[str, Any], stack: str, *more: Any, **others: Any
    ) -> tuple[str, Attributes | Any]:
        function, _, _ = module("services.lambda_svc")._get_func_record_for_ref(str(props.get("ServiceToken", "")))
        if function is None:
            log.warning("%s of stack %s is a placeholder: what answers for it is not here", logical_id, stack)
            return named(f"{stack}-{logical_id}-placeholder")
        return inner(request, logical_id, props, stack, *more, **others)

    return invoke
