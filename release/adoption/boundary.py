"""The permissions boundary: the most that any role of an environment's stack can do, whatever its own policies say.

It is what the template's own roles ask for: their policies, with SAM's policy templates written out by the translator,
and AWS's managed policies by their content. Logs and traces always belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from release.adoption.expanded import Expanded
from release.adoption.known import managed_policies
from release.adoption.roles import listed
from release.adoption.statements import Condition, PolicyStatement, covering
from release.adoption.values import ANY, STACK, Values

#: IAM's "IAM and AWS STS quotas": characters of a managed policy, blanks not counted.
LONGEST = 6144
#: What the rest of the document and a long project's name take of it.
_ROOM = 400
_TELEMETRY = PolicyStatement(
    "Telemetry",
    (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
    (ANY,),
)
#: What IAM takes as a resource; a name where an ARN belongs bounds nothing.
_ARN = re.compile(r"arn(:[^:]*){4}:.")
#: Service, resources, conditions.
_Where = tuple[str, tuple[str, ...], tuple[Condition, ...]]


@dataclass(frozen=True)
class Boundary:
    """The statements, one for each service, and what is wider than asked for or could not be read."""

    statements: tuple[PolicyStatement, ...]
    notes: tuple[str, ...]


def boundary(everywhere: Sequence[Expanded]) -> Boundary:
    """Of every environment's templates; ``<stack>`` stands in it for the stack's name."""
    notes: dict[str, None] = {}
    found: dict[_Where, set[str]] = {}
    for asked in (asked for each in everywhere for v in each.templates for asked in _asked(v, notes)):
        for action in set(asked.actions) - set(_TELEMETRY.actions):
            found.setdefault((action.partition(":")[0], covering(asked.resources), asked.conditions), set()).add(action)
    everything = {action for where, actions in found.items() if where[1:] == ((ANY,), ()) for action in actions}
    statements = [
        PolicyStatement("", covering(left), where[1], where[2])
        for where, actions in sorted(found.items(), key=lambda each: (each[0][0], str(each[0][1:])))
        if (left := actions if where[1:] == ((ANY,), ()) else actions - everything)
    ]
    return Boundary(_named(_fitting(statements, notes)), tuple(notes))


def _service(statement: PolicyStatement) -> str:
    return statement.actions[0].partition(":")[0]


def _named(statements: Sequence[PolicyStatement]) -> tuple[PolicyStatement, ...]:
    """Each with the name of its service, and a number from the second on: within a policy a Sid is unique."""
    found: list[PolicyStatement] = []
    for each in statements:
        name = "".join(word.capitalize() for word in _service(each).split("-"))
        number = sum(_service(one) == _service(each) for one in found) + 1
        found.append(replace(each, sid=name if number == 1 else f"{name}No{number}"))
    return (*found, _TELEMETRY)


def _fitting(statements: list[PolicyStatement], notes: dict[str, None]) -> list[PolicyStatement]:
    """Within IAM's limit: where it is too much, a service's statements become one, on all resources; then all of it."""
    for wide in (False, True):
        services = {_service(each) for each in statements}
        while sum(each.size() for each in statements) > LONGEST - _ROOM and services:
            service = max(sorted(services), key=lambda name: sum(e.size() for e in statements if _service(e) == name))
            services.remove(service)
            actions = {action for each in statements if _service(each) == service for action in each.actions}
            own = PolicyStatement("", (f"{service}:*",) if wide else covering(actions), (ANY,))
            statements = [each for each in statements if _service(each) != service]
            statements = sorted([*statements, own], key=_service)
            notes[
                f"the boundary allows {service} more widely than the functions ask for: IAM's limit for a policy is "
                f"{LONGEST} characters"
            ] = None
    return statements


def _asked(values: Values, notes: dict[str, None]) -> Iterator[PolicyStatement]:
    """Each statement that a role of the template has; the conditions of its own policies only narrow it further."""
    for logical_id, resource in sorted(values.template["Resources"].items()):
        own = resource.get("Properties") or {}
        kind = resource["Type"]
        documents: list[Any] = []
        if kind == "AWS::IAM::Role":
            if "PermissionsBoundary" not in own:  # what made it takes none (completion/boundary.py)
                notes[
                    f"the role {logical_id} has no permissions boundary, and the deploying role makes none without: "
                    "give the resource that SAM makes it for a role of your own, which gets it"
                ] = None
            documents = [each.get("PolicyDocument") for each in _policies(own.get("Policies"))]
            for each in listed(own.get("ManagedPolicyArns")):
                for text in sorted(values.texts(each)):
                    yield from _managed(text, logical_id, notes)
        elif kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
            documents = [own.get("PolicyDocument")]
        for document in documents:
            if not isinstance(document, dict) or "Statement" not in document:
                notes[f"{logical_id}: its policies are computed; the boundary knows nothing of them"] = None
                continue
            for statement in _policies(document["Statement"]):
                yield from _allowed(statement, values, logical_id, notes)


def _policies(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list, both branches of a condition among them."""
    found: list[dict[str, Any]] = []
    for each in listed(value):
        if isinstance(each, dict) and set(each) == {"Fn::If"}:
            found += _policies(each["Fn::If"][1:])
        elif isinstance(each, dict) and each != {"Ref": "AWS::NoValue"}:
            found.append(each)
    return found


def _allowed(
    statement: dict[str, Any], values: Values, logical_id: str, notes: dict[str, None]
) -> Iterator[PolicyStatement]:
    if statement.get("Effect") != "Allow":
        return
    actions = [text for each in listed(statement.get("Action")) for text in sorted(values.texts(each))]
    if ANY in actions or "NotAction" in statement:
        notes[f"{logical_id} asks for every action; the boundary gives it those that others name"] = None
    resources = [text for each in listed(statement.get("Resource", ANY)) for text in sorted(values.texts(each))]
    for each in actions:
        if each != ANY:
            action = f"{each.partition(':')[0].lower()}:{each.partition(':')[2]}"
            yield PolicyStatement("", (action,), tuple(each if _ARN.match(each) else ANY for each in resources))


def _managed(arn: str, logical_id: str, notes: dict[str, None]) -> Iterator[PolicyStatement]:
    name = arn.rpartition("/")[2]
    if name in managed_policies() and (":aws:policy/" in arn or "/" not in arn):
        for actions, resources, given in managed_policies()[name]:
            places = tuple(each.replace("arn:aws:", "arn:${AWS::Partition}:") for each in resources)
            conditions = tuple(
                Condition(operator, key, tuple(map(str, listed(value))))
                for operator, keys in given.items()
                for key, value in keys.items()
            )
            yield PolicyStatement("", tuple(actions), places, conditions)
    elif arn == ANY:
        notes[f"{logical_id}: one of its managed policies is not known here; the boundary does not give it"] = None
    elif arn and STACK not in arn:
        notes[f"{logical_id}: what the policy {name} allows is not known here; the boundary does not give it"] = None
