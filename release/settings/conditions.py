"""Conditions of a template, as far as the parameters at hand decide them ("Condition functions", CloudFormation)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: What a template may nest at most (release/settings/cfn.py refuses more); conditions that name each other have no end.
_DEPTH = 100


def decided(
    condition: Any, conditions: Mapping[str, Any], text_of: Callable[[Any], str | None], left: int = _DEPTH
) -> bool | None:
    """Whether ``condition`` (a name, or a condition function) holds; None: that is open before it is deployed.

    Args:
        text_of: a value as text, None where it is not known.
    """
    if not left:
        return None
    if isinstance(condition, str):
        return decided(conditions.get(condition), conditions, text_of, left - 1)
    if not isinstance(condition, dict) or len(condition) != 1:
        return None
    ((kind, inner),) = condition.items()
    if kind == "Condition":
        return decided(str(inner), conditions, text_of, left - 1)
    if not isinstance(inner, list):
        return None
    if kind == "Fn::Equals" and len(inner) == 2:
        texts = [text_of(each) for each in inner]
        return None if None in texts else texts[0] == texts[1]
    found = [decided(each, conditions, text_of, left - 1) for each in inner]
    if kind == "Fn::Not" and len(found) == 1:
        return None if found[0] is None else not found[0]
    if kind in ("Fn::And", "Fn::Or"):
        deciding = kind == "Fn::Or"  # one true decides an Or, one false an And
        return deciding if deciding in found else None if None in found else not deciding
    return None
