"""Which role trusts which OIDC subject, read from pipeline.yaml: a rehearsed job gets a role only as on AWS.

Rules: AWS's "Create a role for OpenID Connect federation", ``AssumeRoleWithWebIdentity``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from release.errors import UsageError

ISSUER = "token.actions.githubusercontent.com"


class _Loader(yaml.SafeLoader):
    """CloudFormation's short forms (``!Sub x``) become the long ones (``{"Fn::Sub": x}``)."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


@dataclass(frozen=True)
class Role:
    """One role: for each statement of its trust policy what a token's claims may be, by StringEquals alone."""

    name: str
    statements: tuple[Mapping[str, frozenset[str]], ...]

    def refusal(self, claims: Mapping[str, str]) -> str:
        """Why a token with ``claims`` may not assume this role; "" when it may."""
        if any(all(claims.get(name) in values for name, values in each.items()) for each in self.statements):
            return ""
        known = ", ".join(sorted(set().union(*(each["sub"] for each in self.statements)))) or "nobody"
        why = f"role {self.name} trusts {known}, not {claims.get('sub')} for {claims.get('aud')}"
        more = sorted({name for each in self.statements for name in each} - {"sub", "aud"})
        return why + "".join(f"; and {name} {claims.get(name)!r} must fit too" for name in more)


def template(path: Path) -> dict[str, Any]:
    """A CloudFormation template as plain values."""
    document = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    if not isinstance(document, dict) or "Resources" not in document:
        raise UsageError(f"{path.name} is no CloudFormation template", next_step="cfn-lint pipeline.yaml")
    return document


def roles(document: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Role]:
    """The roles that trust GitHub, by name, with the template's parameters filled in.

    Raises:
        UsageError: a trust policy without an exact subject and audience (faults.md, 7), or a parameter without a value.
    """
    parameters = {name: str(rule.get("Default", "")) for name, rule in document["Parameters"].items()} | dict(given)
    found = {}
    for logical, resource in document["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        properties = resource["Properties"]
        statements = [
            statement
            for statement in properties["AssumeRolePolicyDocument"]["Statement"]
            if statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        ]
        if statements:
            name = _resolve(properties.get("RoleName", logical), parameters)
            found[name] = Role(name, tuple(_condition(name, statement, parameters) for statement in statements))
    return found


def _condition(name: str, statement: Mapping[str, Any], parameters: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    condition = statement.get("Condition") or {}
    equals = {
        str(key).removeprefix(f"{ISSUER}:"): value for key, value in (condition.get("StringEquals") or {}).items()
    }
    if set(condition) != {"StringEquals"} or not equals.get("sub") or not equals.get("aud"):
        raise UsageError(
            f"role {name} does not name who may assume it",
            next_step=f"give its trust policy StringEquals on {ISSUER}:sub and {ISSUER}:aud, and nothing weaker",
        )
    return {claim: _values(value, parameters) for claim, value in equals.items()}


def _values(value: Any, parameters: Mapping[str, str]) -> frozenset[str]:
    return frozenset(_resolve(each, parameters) for each in (value if isinstance(value, list) else [value]))


def _resolve(value: Any, parameters: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    kind, argument = next(iter(value.items()))
    if kind == "Ref" and argument in parameters:
        return parameters[argument]
    if kind == "Fn::Sub" and isinstance(argument, str):
        try:
            return re.sub(r"\$\{(\w+)\}", lambda match: parameters[match[1]], argument)
        except KeyError as error:
            raise UsageError(
                f"pipeline.yaml: {argument} uses the unknown parameter {error}",
                untouched="everything",
                next_step="name one of the template's Parameters",
            ) from error
    raise UsageError(
        f"pipeline.yaml: {value} is not a string, a parameter or !Sub of parameters",
        untouched="everything",
        next_step="write it as one of these",
    )
