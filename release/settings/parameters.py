"""The parameters of a template as it declares them: what they take, and which of them are secrets (``NoEcho``)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: What people write where a value is still to come. The whole text, in any case of letters.
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it|this).*|x{3,}|to[-_ ]?do\b.*|tbd|fix[-_ ]?me|replace.*|<.*>|your[-_ ].*|insert[-_ ].*"
    r"|(?:dummy|placeholder).*|\.{3}|.*\bexample\.(?:com|org|net)\b.*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a template.

    Attributes:
        default: as it is written; None when it has to be given.
        hidden: whether it is a secret (``NoEcho``).
        allowed: AllowedValues; longest: MaxLength, 0 for none; pattern: AllowedPattern, "" for none.
    """

    name: str
    default: str | None = None
    hidden: bool = False
    allowed: tuple[str, ...] = ()
    longest: int = 0
    pattern: str = ""


def declared(template: Mapping[str, Any]) -> Mapping[str, Parameter]:
    """The parameters of ``template``, as :func:`release.settings.cfn.load` reads it."""
    found = template.get("Parameters")
    rules = found.items() if isinstance(found, dict) else ()
    return {str(name): _parameter(str(name), rule) for name, rule in rules if isinstance(rule, dict)}


def _parameter(name: str, rule: Mapping[str, Any]) -> Parameter:
    default, allowed, longest = rule.get("Default"), rule.get("AllowedValues"), str(rule.get("MaxLength", ""))
    return Parameter(
        name=name,
        default=None if default is None else str(default),
        hidden=str(rule.get("NoEcho", "")).lower() in ("true", "yes", "on"),
        allowed=tuple(map(str, allowed)) if isinstance(allowed, list) else (),
        longest=int(longest) if longest.isdecimal() else 0,
        pattern=str(rule.get("AllowedPattern", "")),
    )


def is_placeholder(value: str) -> bool:
    """Whether a value is one that somebody meant to replace."""
    return _PLACEHOLDER.fullmatch(value.strip()) is not None


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like ``name``, "" when none is."""
    lower = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


def takes(parameter: Parameter, value: str) -> str:
    """Why CloudFormation would refuse ``value``, as it judges the text that it is given; "" when it takes it."""
    if parameter.allowed and value not in parameter.allowed:
        return "is none of its AllowedValues"
    if parameter.longest and len(value) > parameter.longest:
        return f"is longer than its MaxLength ({parameter.longest})"
    try:
        fits = not parameter.pattern or re.fullmatch(parameter.pattern, value) is not None
    except re.error:  # Java's patterns are not Python's: CloudFormation will say
        fits = True
    return "" if fits else "does not match its AllowedPattern"
