"""What a template takes from outside: exports of other stacks, SSM parameters, secrets. What nobody made is made up.

In an account they are there; in the emulated AWS a deployment would fail for want of a network's export, which says
nothing of the application. What the seed made stays as it is; what stands in is said.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from release.adoption.expanded import Expanded
from release.adoption.values import ANY, STACK, Values
from release.settings import references

HELPER = "rehearsal-outside"  # the stack that exports what others would
#: "Get values stored in other services by using dynamic references": service, name, and of a secret its key.
_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^:{}\s]+)(?::([^{}\s]*))?\}\}")
_ARN = re.compile(r"(?:^|[^A-Za-z])(?i:arn)(?![A-Za-z])|Arn(?![a-z])|ARN")
_TYPED = "AWS::SSM::Parameter::Value<"


@dataclass(frozen=True, order=True)
class OutsideThing:
    """One thing. ``kind``: ``import``, ``ssm`` or ``secretsmanager``; ``key``: of a secret that is JSON, else ""."""

    region: str
    kind: str
    name: str
    key: str = ""


def wanted(everywhere: Sequence[Expanded], given: Mapping[str, Mapping[str, str]]) -> list[OutsideThing]:
    """Everything whose name can be told before a deployment, each once.

    Args:
        given: environment -> the values of its template's parameters, from release.toml and the seed.
    """
    found = set()
    for each in everywhere:
        own = given.get(each.environment.name, {})
        taken = [one for value in own.values() for one in _references(references.full(value))]
        for values in each.templates:
            taken += [*_typed(values, own), *_used(values.template, values)]
        region, stack = each.environment.region, each.environment.stack
        found |= {OutsideThing(region, kind, name.replace(STACK, stack), key) for kind, name, key in taken}
    return sorted(each for each in found if ANY not in each.name)


def stand_in(things: Sequence[OutsideThing], session: boto3.Session, endpoint: str, say: Callable[[str], None]) -> int:
    """Make what is not there, each with a value of its own; how many."""
    made = 0
    for region in sorted({each.region for each in things}):
        own = [each for each in things if each.region == region]

        def client(service: str, region: str = region) -> Any:
            return session.client(service, region_name=region, endpoint_url=endpoint)  # type: ignore[call-overload]

        told = [
            *_exports({each.name for each in own if each.kind == "import"}, client("cloudformation")),
            *_parameters({each.name for each in own if each.kind == "ssm"}, client("ssm")),
            *_secrets([each for each in own if each.kind == "secretsmanager"], client("secretsmanager")),
        ]
        for line in told:
            say(f"{line}: nobody made it, so it holds a made-up value here")
        made += len(told)
    return made


def _typed(values: Values, own: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, rule in (values.template.get("Parameters") or {}).items():
        if isinstance(rule, dict) and str(rule.get("Type")).startswith(_TYPED):
            given = own.get(str(name)) or values.parameters.get(str(name)) or rule.get("Default")
            if given:
                yield "ssm", str(given), ""


def _used(node: Any, values: Values) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, str):
        yield from _references(node)
    elif isinstance(node, list):
        for each in node:
            yield from _used(each, values)
    elif isinstance(node, dict):
        if set(node) == {"Fn::ImportValue"}:
            for name in values.texts(node["Fn::ImportValue"]):
                yield "import", name, ""
        elif len(node) == 1 and next(iter(node)) in ("Fn::Sub", "Fn::Join"):
            for text in values.texts(node):
                yield from _references(text)
        for each in node.values():
            yield from _used(each, values)


def _references(text: str) -> Iterator[tuple[str, str, str]]:
    for service, name, rest in _REFERENCE.findall(text):
        if "${" in name or name == "arn":
            continue
        if service == "secretsmanager":
            yield service, name, rest.partition("SecretString:")[2].partition(":")[0]
        else:
            yield "ssm", name, ""


def _exports(names: set[str], cloud: Any) -> list[str]:
    there = {each["Name"] for page in cloud.get_paginator("list_exports").paginate() for each in page["Exports"]}
    if lacking := sorted(names - there):
        one = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": HELPER, "Type": "String", "Value": HELPER}}
        lines = [f"Resources: {json.dumps({'ForItsExports': one})}", "Outputs:"]
        for number, name in enumerate(lacking):
            lines.append(
                f"  Output{number}: {{Value: {json.dumps(_value(name))}, Export: {{Name: {json.dumps(name)}}}}}"
            )
        cloud.create_stack(StackName=HELPER, TemplateBody="\n".join(lines))
        cloud.get_waiter("stack_create_complete").wait(StackName=HELPER, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return [f"the export {name}" for name in lacking]


def _parameters(names: set[str], store: Any) -> list[str]:
    made = []
    for name in sorted(names):
        try:
            store.get_parameter(Name=name)
        except store.exceptions.ParameterNotFound:
            store.put_parameter(Name=name, Value=_value(name), Type="String")
            made.append(f"the parameter {name} of Systems Manager")
    return made


def _secrets(things: Sequence[OutsideThing], vault: Any) -> list[str]:
    keys: dict[str, set[str]] = {}
    for each in things:
        keys.setdefault(each.name, set()).update({each.key} - {""})
    made = []
    for name, wanted_keys in keys.items():
        try:
            vault.describe_secret(SecretId=name)
        except vault.exceptions.ResourceNotFoundException:
            texts: Mapping[str, str] = {key: secrets.token_urlsafe(24) for key in sorted(wanted_keys)}
            vault.create_secret(Name=name, SecretString=json.dumps(texts) if texts else secrets.token_urlsafe(24))
            made.append(f"the secret {name}")
    return made


def _value(name: str) -> str:
    """A text that takes the place of what ``name`` is the name of."""
    text = re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-").lower() or "rehearsal"
    return f"arn:aws:rehearsal:::{text}" if _ARN.search(name) else text
