"""The rules of types beside AWS's service authorization reference, as cfn-lint has copied it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import pytest

from release.adoption.known import handler_actions, resourceless
from release.adoption.scopes import SCOPES, Naming


@cache
def services() -> dict[str, Any]:
    path = resources.files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def kinds(action: str) -> list[str]:
    """Patterns of the ARNs that an action knows, as glob patterns without ``arn:<partition>:``."""
    service, _, name = action.partition(":")
    described = {key.lower(): each for key, each in services()[service]["Actions"].items()}[name.lower()]
    listed = {kind.lower(): each["ARNFormats"] for kind, each in services()[service].get("Resources", {}).items()}
    forms = [form for kind in described.get("Resources", ()) for form in listed[kind.lower()]]
    return [re.sub(r"\$\{[^}]+\}", "*", form.replace(".*", "*")).split(":", 2)[2] for form in forms]


def pattern(arn: str) -> str:
    return re.sub(r"\$?\{[^}]+\}", "*", arn)


@cache
def meets(one: str, other: str) -> bool:
    """Whether there is a text that both glob patterns match."""
    if not one or not other:
        return not one.strip("*") and not other.strip("*")
    if one[0] == "*":
        return meets(one[1:], other) or meets(one, other[1:])
    return meets(other, one) if other[0] == "*" else one[0] == other[0] and meets(one[1:], other[1:])


def granted() -> Iterator[tuple[str, Naming, str, tuple[str, ...]]]:
    for kind, scope in SCOPES.items():
        everywhere = {f"{scope.service}:{each}" for each in (*scope.data, *scope.everywhere)} | resourceless()
        handlers = [each for each in handler_actions().get(kind, ()) if each.startswith(f"{scope.service}:")]
        for action in scope.actions or handlers:
            if "*" not in action and action not in everywhere:
                yield kind, scope, action, scope.arns
        for beside in scope.beside:
            for action in beside.actions:
                if beside.arns:
                    yield kind, scope, action, beside.arns


def test_every_action_is_granted_on_a_kind_of_resource_that_it_knows() -> None:
    wrong = [
        f"{kind}: {action} knows {kinds(action)}, not {arns}"
        for kind, scope, action, arns in granted()
        if scope.sid not in ("Roles", "Policies")  # roles.py has a rule for each of their actions
        and not any(meets(pattern(ours), theirs) for ours in arns for theirs in kinds(action))
    ]
    assert wrong == []


def test_what_is_granted_on_everything_knows_no_resource_or_lists_them() -> None:
    """On ``*`` only what cannot be held to a resource, and what looks or makes something that has no name yet."""
    wrong = {
        f"{scope.sid}: {action}"
        for scope in SCOPES.values()
        for action in (
            *(f"{scope.service}:{each}" for each in scope.everywhere),
            *(action for beside in scope.beside if not beside.arns for action in beside.actions),
        )
        if kinds(action) and not re.search(r":(Describe|List|Get)", action)
    }
    assert wrong == {
        "FileSystems: ec2:CreateNetworkInterface",  # EFS makes them in the subnets of others
        "FileSystems: ec2:DeleteNetworkInterface",
        "FileSystems: ec2:ModifyNetworkInterfaceAttribute",
        "Keys: kms:TagResource",  # a new one has no tag yet
        "UserPools: cognito-idp:TagResource",
    }


@pytest.mark.parametrize("kind", sorted(SCOPES))
def test_a_name_property_is_one_that_the_type_has(kind: str) -> None:
    """A misspelt property would give every resource a made-up name. By cfn-lint's own schemas, for ours and theirs."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    name = SCOPES[kind].name
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert not name or name in schema["properties"]
