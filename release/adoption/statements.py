"""One statement of a policy, and how it is written: Sub's text for ARNs, a comment for its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

ANY = "*"
#: Lists up to this many characters stand in one line.
_LINE = 100
_PUT_IN = re.compile(r"\$\{[^!]")


@dataclass(frozen=True)
class Condition:
    """``StringEquals: {key: values}``."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class PolicyStatement:
    """What a role may do.

    Attributes:
        resources: in the text of ``Fn::Sub``; ``*`` for all.
        why: the comment beside its name.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    why: str = ""

    def size(self) -> int:
        """Characters that it takes of a policy's limit, an account's number is shorter than its text."""
        document = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources,
            **{each.operator: {each.key: each.values} for each in self.conditions},
        }
        return len(json.dumps(document, separators=(",", ":"))) + 20


def merged(statements: Iterable[PolicyStatement]) -> tuple[PolicyStatement, ...]:
    """Those of one name and kind of condition as one, sorted by name; what another pattern covers is left out."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], PolicyStatement] = {}
    for each in statements:
        key = (each.sid, tuple((one.operator, one.key) for one in each.conditions))
        before = found.get(key, each)
        values = [covering({*a.values, *b.values}) for a, b in zip(before.conditions, each.conditions, strict=True)]
        found[key] = replace(
            before,
            actions=covering({*before.actions, *each.actions}),
            resources=covering({*before.resources, *each.resources}),
            conditions=tuple(replace(a, values=v) for a, v in zip(before.conditions, values, strict=True)),
        )
    return tuple(sorted(found.values(), key=lambda each: each.sid))


def covering(patterns: Iterable[str]) -> tuple[str, ...]:
    """``patterns`` without those that another one of them covers, sorted."""
    found = sorted(set(patterns))
    return tuple(
        each
        for each in found
        if not any(other != each and other.endswith("*") and each.startswith(other[:-1]) for other in found)
    )


def put(statements: Iterable[PolicyStatement], stack: str, lower: str) -> tuple[PolicyStatement, ...]:
    """With the stack's name in place of ``<stack>`` and ``<lower stack>``."""

    def filled(texts: tuple[str, ...]) -> tuple[str, ...]:
        return covering(each.replace("<stack>", stack).replace("<lower stack>", lower) for each in texts)

    return tuple(
        replace(
            each,
            resources=filled(each.resources),
            conditions=tuple(replace(one, values=filled(one.values)) for one in each.conditions),
        )
        for each in statements
    )


def written(statements: Sequence[PolicyStatement], indent: int) -> str:
    """The statements as YAML, ``indent`` blanks in front of each line, without a line end at the end."""
    lines = [line for each in statements for line in _lines(each)]
    return "\n".join(" " * indent + line for line in lines)


def _lines(statement: PolicyStatement) -> Iterator[str]:
    yield f"- Sid: {statement.sid}" + (f" # {statement.why}" if statement.why else "")
    yield "  Effect: Allow"
    yield from lined("  Action", [_plain(each) for each in statement.actions])
    yield from lined("  Resource", [sub(each) for each in statement.resources])
    if statement.conditions:
        yield "  Condition:"
    for operator in sorted({each.operator for each in statement.conditions}):
        yield f"    {operator}:"
        for each in statement.conditions:
            if each.operator == operator:
                values = [sub(value) for value in each.values]
                yield from lined(f"      {each.key}", values)


def lined(key: str, values: Sequence[str]) -> Iterator[str]:
    """``key`` with its one value, or a list of them: in one line where it is short and nothing in it needs care."""
    if len(values) == 1:
        yield f"{key}: {values[0]}"
        return
    line = f"{key}: [{', '.join(values)}]"
    if len(line) <= _LINE and not any("{" in each for each in values):
        yield line
        return
    yield f"{key}:"
    blanks = " " * (len(key) - len(key.lstrip()) + 2)
    yield from (f"{blanks}- {each}" for each in values)


def _plain(text: str) -> str:
    care = (
        text.startswith("*")
        or text.endswith(":")
        or ": " in text
        or text in ("true", "false", "null")
        or text.isdigit()
    )
    return json.dumps(text) if care else text


def sub(text: str) -> str:
    """A text of ``Fn::Sub`` as a YAML scalar: with ``!Sub`` where something is put into it; ``!Ref X`` stays."""
    if text.startswith("!"):
        return text
    if not _PUT_IN.search(text):
        return _plain(text.replace("${!", "${"))
    return f"!Sub {json.dumps(text) if ': ' in text or ' #' in text or text.endswith(':') else text}"
