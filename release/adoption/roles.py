"""Roles that the stack makes: only inside the boundary, handed only to the services that trust them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from release.adoption.known import handler_actions
from release.adoption.statements import Condition, PolicyStatement
from release.adoption.values import ANY, STACK, Values, arn

#: What makes a role mightier; allowed where the role has the boundary (IAM's condition key iam:PermissionsBoundary).
_INSIDE = tuple(
    f"iam:{each}"
    for each in ("AttachRolePolicy", "CreateRole", "DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy")
)
_NEVER = ("iam:DeleteRolePermissionsBoundary",)
_ROLE, _POLICY = "iam::${AWS::AccountId}:role/{name}", "iam::${AWS::AccountId}:policy/{name}"
#: Resource types that make or change a role.
_OF_ROLES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
#: IAM's "RoleName", Lambda's "FunctionName": at most 64 characters, of which CloudFormation's own ending takes 14.
_LONGEST, _ENDING = 64, 14


def statements(values: Values) -> Iterator[PolicyStatement]:
    """What making the template's roles needs."""
    for logical_id, resource in sorted(values.template["Resources"].items()):
        if resource["Type"] not in _OF_ROLES:
            continue
        policy = resource["Type"] == "AWS::IAM::ManagedPolicy"
        names = values.names(logical_id) if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy") else ()
        for name in sorted(names or (f"{STACK}-*",)):
            if name.startswith(ANY):
                continue
            place = f"{STACK}-*" if name.startswith(f"{STACK}-") else name
            if policy:
                yield PolicyStatement("Policies", _policy_actions(), (arn(_POLICY, place),))
                place = f"{STACK}-*"  # it is attached to roles of the stack
            yield from on_roles(arn(_ROLE, place), services(resource))


def on_roles(role: str, trusted: tuple[str, ...]) -> Iterator[PolicyStatement]:
    """What is needed on the roles of this ARN, which the services ``trusted`` take."""
    inside = Condition("StringEquals", "iam:PermissionsBoundary", ("!Ref Boundary",))
    yield PolicyStatement("RolesInsideTheBoundary", _INSIDE, (role,), (inside,))
    others = [each for each in handler_actions()["AWS::IAM::Role"] if each not in (*_INSIDE, *_NEVER)]
    yield PolicyStatement("RolesOfTheStack", tuple(others), (role,))
    if trusted:
        to = Condition("StringEquals", "iam:PassedToService", trusted)
        yield PolicyStatement("HandRolesToTheirServices", ("iam:PassRole",), (role,), (to,))


def services(resource: Any) -> tuple[str, ...]:
    """The services that a role's trust policy names; Cognito's identity pools stand there as a provider."""
    document = (resource.get("Properties") or {}).get("AssumeRolePolicyDocument") or {}
    found: set[str] = set()
    for statement in listed(document.get("Statement")):
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        if isinstance(principal, dict):
            found |= {each for each in listed(principal.get("Service")) if isinstance(each, str)}
            found |= {each for each in listed(principal.get("Federated")) if each == "cognito-identity.amazonaws.com"}
    return tuple(sorted(found))


def cut(values: Values, stack: str) -> dict[str, list[PolicyStatement]]:
    """What is needed on roles and functions whose name CloudFormation must cut: the stack's part is shorter then."""
    found: dict[str, list[PolicyStatement]] = {}
    for logical_id, resource in sorted(values.template["Resources"].items()):
        name = f"{values.stack.replace(STACK, stack)}-{logical_id}"
        if len(name) + _ENDING <= _LONGEST or not any(STACK in each for each in values.names(logical_id)):
            continue
        left = max(_LONGEST - _ENDING - 1 - len(logical_id), 1)
        place = f"{stack[:left]}*{logical_id[: _LONGEST - _ENDING - 2]}*"
        if resource["Type"] == "AWS::IAM::Role":
            found[logical_id] = list(on_roles(arn(_ROLE, place), services(resource)))
        elif resource["Type"] == "AWS::Lambda::Function":
            function = arn("lambda:*:${AWS::AccountId}:function:{name}", place)
            found[logical_id] = [PolicyStatement("Functions", ("lambda:*",), (function,))]
    return found


def _policy_actions() -> tuple[str, ...]:
    return tuple(
        each for each in handler_actions()["AWS::IAM::ManagedPolicy"] if "Policy" in each and "tach" not in each
    )


def listed(value: Any) -> list[Any]:
    """One or several."""
    return value if isinstance(value, list) else [] if value is None else [value]
