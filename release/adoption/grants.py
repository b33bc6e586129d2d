"""What the deploying role needs: the handlers' actions of each resource type, on the names of its own stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from release.adoption import roles, uses
from release.adoption.expanded import Expanded
from release.adoption.known import handler_actions, resourceless
from release.adoption.scopes import NEEDS_NOTHING, SCOPES, Naming
from release.adoption.statements import Condition, PolicyStatement, merged
from release.adoption.values import ANY, LOWER_STACK, STACK, Values, arn

#: The stack's name in a policy that serves every environment: a tag of the role.
STACK_TAG, LOWER_STACK_TAG = "${!aws:PrincipalTag/stack}", "${!aws:PrincipalTag/lower-stack}"
_OWN_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Unknown:
    """A type that no rule knows.

    Attributes:
        where: logical ids of its resources.
        actions: what its handlers call; () where AWS's data has no such type.
    """

    type: str
    where: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Grants:
    """What the deploying roles need.

    Attributes:
        shared: of every environment's role; the stack's name stands in them as the role's tag.
        own: environment -> what its role needs besides, on names that do not begin with the stack's.
        notes: what is granted more widely than to the stack, or could not be granted.
    """

    shared: tuple[PolicyStatement, ...]
    own: Mapping[str, tuple[PolicyStatement, ...]]
    unknown: tuple[Unknown, ...]
    notes: tuple[str, ...]
    types: tuple[str, ...]


def grants(everywhere: Sequence[Expanded]) -> Grants:
    """Of every environment's templates."""
    shared: list[PolicyStatement] = []
    own: dict[str, list[PolicyStatement]] = {each.environment.name: [] for each in everywhere}
    notes: dict[str, None] = {}
    missing: dict[str, set[str]] = {}
    for each in everywhere:
        for values in each.templates:
            for logical_id, name, statement in _of(values, missing, notes):
                by_name = not any(token in name for token in (STACK, LOWER_STACK, f"{logical_id}-{ANY}"))
                (own[each.environment.name] if by_name else shared).append(statement)
            for statement in [*roles.statements(values), *uses.statements(values, notes)]:
                (own[each.environment.name] if _by_name(statement) else shared).append(statement)
            for logical_id, statements in roles.cut(values, each.environment.stack).items():
                own[each.environment.name] += statements
                notes[
                    f"{logical_id}: its name is cut in {each.environment.name}, because the stack's and its own have "
                    "more than 64 characters together; the role of that environment gets what is left of them"
                ] = None
    known = handler_actions()
    unknown = tuple(Unknown(t, tuple(sorted(ids)), tuple(known.get(t, ()))) for t, ids in sorted(missing.items()))
    together = merged(shared)
    rest = {name: tuple(each for each in merged(one) if each not in together) for name, one in own.items()}
    types = sorted(
        {one["Type"] for each in everywhere for v in each.templates for one in v.template["Resources"].values()}
    )
    return Grants(together, rest, unknown, tuple(notes), tuple(types))


def _of(
    values: Values, missing: dict[str, set[str]], notes: dict[str, None]
) -> Iterator[tuple[str, str, PolicyStatement]]:
    """``(logical id, physical name, what is needed on it)``."""
    for logical_id, resource in sorted(values.template["Resources"].items()):
        kind = resource["Type"]
        if kind in NEEDS_NOTHING or kind.startswith("Custom::"):
            continue
        scope = SCOPES.get(kind)
        if scope is None or not (scope.actions or kind in handler_actions()):
            missing.setdefault(kind, set()).add(logical_id)
        elif scope.sid not in ("Roles", "Policies"):
            for name in sorted(values.names(logical_id)):
                for statement in _granted(kind, scope, name, logical_id, values.stack, notes):
                    yield logical_id, name, statement


def _by_name(statement: PolicyStatement) -> bool:
    """Whether it is about something that one environment alone may have: what is named, and not after the stack."""
    return not any(STACK in place or place.endswith((ANY, f":{ANY}")) for place in statement.resources)


def _granted(
    kind: str, scope: Naming, name: str, logical_id: str, stack: str, notes: dict[str, None]
) -> Iterator[PolicyStatement]:
    if name.startswith(ANY) and scope.name:
        notes[
            f"{logical_id} ({kind}): its name comes from outside release.toml and the template, so nothing is granted "
            "on it; give the parameter its value in release.toml, begin it with ${AWS::StackName}-, or grant it by hand"
        ] = None
        return
    if name == f"{logical_id}-{ANY}":
        notes[
            f"{logical_id} ({kind}): the name that CloudFormation makes up may have no stack in it, so every "
            "environment's role reaches it in its account; name it !Sub ${AWS::StackName}-…"
        ] = None
    left = {f"{scope.service}:{each}" for each in scope.data}
    called = [each for each in handler_actions().get(kind, ()) if each.startswith(f"{scope.service}:")]
    actions = [each for each in (*called, *scope.actions) if each not in left]
    on_all = {each for each in actions if each in resourceless()}
    on_all |= {f"{scope.service}:{each}" for each in scope.everywhere}
    on_it = tuple(each for each in scope.actions or actions if each not in on_all)
    operator = "StringLike" if ANY in stack else "StringEquals"
    conditions = (Condition(operator, _OWN_TAG, (stack,)),) if scope.tagged else ()
    place = _place(name)
    if on_it:
        places = tuple(arn(each, place) for each in scope.arns)
        yield PolicyStatement(scope.sid, on_it, places, conditions, scope.reason)
    for beside in scope.beside:
        resources = tuple(arn(each, place) for each in beside.arns) or (ANY,)
        yield PolicyStatement(beside.sid, beside.actions, resources, why=beside.why)
    if scope.sid == "EventSources":
        function = arn("lambda:*:${AWS::AccountId}:function:{name}", place)
        yield PolicyStatement(
            "New" + scope.sid, tuple(sorted(on_all)), (ANY,), (Condition("ArnLike", "lambda:FunctionArn", (function,)),)
        )
    elif on_all:
        sid, why = ("New" + scope.sid, "a new one has no tag yet") if scope.tagged else ("KnowNoResource", "")
        yield PolicyStatement(sid, tuple(sorted(on_all)), (ANY,), why=why)


def _place(name: str) -> str:
    """A name that begins with the stack's stands for all that do: a resource more changes no policy."""
    for token in (STACK, LOWER_STACK):
        before, found, after = name.partition(token)
        if found and after.startswith("-"):
            return f"{before}{token}-*"
    return name
