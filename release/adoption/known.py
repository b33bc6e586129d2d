"""What AWS says of itself, as package data: the actions of resource types, and the content of managed policies.

All of it is written by ``python -m tools.permissions``, which names the sources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

#: ``(actions, resources, condition)``
Allowed = tuple[Sequence[str], Sequence[str], Mapping[str, Mapping[str, Any]]]


def _read(name: str) -> Any:
    return json.loads((resources.files("release.adoption") / "data" / name).read_text(encoding="utf-8"))


@cache
def handler_actions() -> Mapping[str, Sequence[str]]:
    """Resource type -> the actions CloudFormation calls with the deploying role's rights, to make or change it."""
    types: Mapping[str, Sequence[str]] = _read("handlers.json")["types"]
    return types


@cache
def resourceless() -> frozenset[str]:
    """The actions among them that know no resource, so that a policy must allow them on ``*``."""
    services: Mapping[str, Sequence[str]] = _read("resourceless.json")["services"]
    return frozenset(f"{service}:{name}" for service, names in services.items() for name in names)


@cache
def managed_policies() -> Mapping[str, Sequence[Allowed]]:
    """Name of an AWS managed policy -> each statement that allows something."""
    found: Mapping[str, Sequence[Allowed]] = _read("policies.json")["policies"]
    return found
