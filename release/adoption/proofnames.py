"""What smoke tests look at that is not called after the stack: tables, buckets, queues and rules with other names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from release.adoption.expanded import Expanded
from release.adoption.proof import one_object
from release.adoption.statements import PolicyStatement
from release.adoption.values import ANY, LOWER_STACK, STACK, Values, arn, short
from release.settings.config import Config
from release.settings.smokestep import SmokeStep

_ACCOUNT = "*:${AWS::AccountId}:"
_OUTPUT = re.compile(r"\{output\.([A-Za-z0-9]+)\}")


@dataclass(frozen=True)
class _Look:
    """What a step needs on the resource that it names: in which statement, which action, and the ARN's form."""

    sid: str
    action: str
    form: str


_LOOKS = {
    "count-items": _Look("ProofCount", "dynamodb:Scan", f"dynamodb:{_ACCOUNT}table/{{name}}"),
    "item": _Look("ProofItem", "dynamodb:GetItem", f"dynamodb:{_ACCOUNT}table/{{name}}"),
    "object": _Look("ProofObject", "s3:ListBucket", "s3:::{name}"),
    "queue-empty": _Look("ProofQueue", "sqs:GetQueueAttributes", f"sqs:{_ACCOUNT}{{name}}"),
    "schedule": _Look("ProofRule", "events:ListTargetsByRule", f"events:{_ACCOUNT}rule/{{name}}"),
}


def named(
    config: Config, everywhere: Sequence[Expanded]
) -> tuple[Mapping[str, tuple[PolicyStatement, ...]], tuple[str, ...]]:
    """``(environment -> what its role needs, notes about what is not known here)``."""
    found: dict[str, tuple[PolicyStatement, ...]] = {}
    notes: dict[str, None] = {}
    for each in everywhere:
        steps = [
            step
            for test in config.smoke
            if each.environment.name in (test.environments or (each.environment.name,))
            for step in test.steps
            if step.action in _LOOKS
        ]
        found[each.environment.name] = tuple(
            statement for step in steps for statement in _of(step, each.templates[0], notes)
        )
    return found, tuple(notes)


def _of(step: SmokeStep, values: Values, notes: dict[str, None]) -> Iterator[PolicyStatement]:
    look = _LOOKS[step.action]
    names = _names(step, values)
    if names and all(name.startswith(ANY) for name in names):
        notes[
            f"a smoke test looks at {step.target} ({step.action}), and which one that is is not known here: allow "
            f"{look.action} on it, in your own block"
        ] = None
    for name in sorted(names):
        if not name.startswith((STACK, LOWER_STACK, ANY)):  # the stack's own: every role may look at them (proof.py)
            yield PolicyStatement(look.sid, (look.action,), (arn(look.form, name),))
            if one_object(step):
                yield PolicyStatement("ProofObjects", ("s3:GetObject",), (arn("s3:::{name}/*", name),))


def _names(step: SmokeStep, values: Values) -> frozenset[str]:
    """The physical names that the step's target may have."""
    resources = values.template["Resources"]
    if step.action == "schedule":
        rule = step.target in resources and resources[step.target]["Type"] == "AWS::Events::Rule"
        return values.names(step.target) if rule else frozenset()
    target = step.target.removeprefix("s3://").partition("/")[0] if step.action == "object" else step.target
    output = _OUTPUT.fullmatch(target)
    if output is None:
        return frozenset({ANY if "{" in target else short(target.rpartition("/")[2])})
    declared = (values.template.get("Outputs") or {}).get(output[1])
    return (
        _of_value(declared.get("Value"), values) if declared else frozenset()
    )  # the plan refuses one that is not there


def _of_value(value: Any, values: Values) -> frozenset[str]:
    """The names behind an output's value: of the resource that it refers to, by whatever attribute."""
    if isinstance(value, dict) and set(value) == {"Fn::If"}:
        return frozenset[str]().union(*(_of_value(each, values) for each in value["Fn::If"][1:]))
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        name = argument.partition(".")[0] if isinstance(argument, str) else argument[0] if argument else ""
        if function in ("Ref", "Fn::GetAtt") and name in values.template["Resources"]:
            return values.names(name)
    return frozenset(short(each.rpartition("/")[2]) or ANY for each in values.texts(value))
