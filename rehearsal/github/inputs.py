"""The inputs of a dispatch or of a called workflow: names, types, defaults, choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflowlint.workflow import Refused, Workflow

_LIMIT = 25  # inputs of a workflow_dispatch; GitHub's "Events that trigger workflows"


def dispatched(workflow: Workflow, given: Mapping[str, str]) -> dict[str, str]:
    """The inputs that a run by hand has. Raises Refused with every mistake."""
    specification = _specification(workflow, "workflow_dispatch")
    problems = [f"{len(specification)} inputs are more than {_LIMIT}"] if len(specification) > _LIMIT else []
    problems += [f"there is no input {name!r}" for name in given if name not in specification]
    for name, rule in specification.items():
        value, default = given.get(name, ""), rule.get("default")
        if value == "" and rule.get("required") and default is None:
            problems.append(f"input {name!r} is required")
        if value == "":
            continue
        kind = rule.get("type", "string")
        if kind == "choice" and value not in rule["options"]:
            problems.append(f"input {name!r} is {value!r}, not one of {', '.join(map(str, rule['options']))}")
        if kind == "boolean" and value not in ("true", "false"):
            problems.append(f"input {name!r} is {value!r}, not true or false")
        if kind == "number" and not _is_number(value):
            problems.append(f"input {name!r} is {value!r}, not a number")
    _refuse(workflow, problems)
    return {name: given.get(name) or _text(rule.get("default", "")) for name, rule in specification.items()}


def called(workflow: Workflow, given: Mapping[str, Any]) -> dict[str, str]:
    """The inputs that a called workflow has; ``given`` is the caller's ``with``. Raises Refused with every mistake."""
    specification = _specification(workflow, "workflow_call")
    problems = [f"there is no input {name!r}" for name in given if name not in specification]
    for name, rule in specification.items():
        if name not in given and rule.get("required"):
            problems.append(f"input {name!r} is required")
        literal = name in given and "${{" not in str(given[name])
        if literal and _type_of(given[name]) != rule.get("type"):
            problems.append(f"input {name!r} is {given[name]!r}, not a {rule.get('type')}")
    _refuse(workflow, problems)
    return {name: _text(given.get(name, rule.get("default", ""))) for name, rule in specification.items()}


def _specification(workflow: Workflow, event: str) -> Mapping[str, Mapping[str, Any]]:
    if event not in workflow.on:
        raise Refused(f"{workflow.path.name} cannot be started by {event}")
    inputs = workflow.on[event].get("inputs") or {}
    return {name: rule or {} for name, rule in inputs.items()}


def _refuse(workflow: Workflow, problems: list[str]) -> None:
    if problems:
        raise Refused(f"{workflow.path.name}: {'; '.join(problems)}", untouched="everything: no run was started")


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else "string"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
