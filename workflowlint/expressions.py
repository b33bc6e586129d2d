"""The few expressions that are settled before a job starts: plain look-ups such as ``${{ inputs.environment }}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workflowlint.workflow import Refused

Contexts = Mapping[str, Mapping[str, Any]]

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_LOOK_UP = re.compile(r"([a-z]+)\.([\w-]+)")


def fill(text: str, contexts: Contexts) -> str:
    """``text`` with its look-ups in ``contexts`` filled in; what belongs to another context stays as it is.

    An unknown name in a known context is the empty string, as on GitHub.
    """

    def value(match: re.Match[str]) -> str:
        look_up = _LOOK_UP.fullmatch(match[1])
        if look_up is None or look_up[1] not in contexts:
            return match[0]
        return str(contexts[look_up[1]].get(look_up[2], ""))

    return _EXPRESSION.sub(value, text)


def filled(text: str, contexts: Contexts, what: str) -> str:
    """As ``fill``, but everything must be known by now. Raises Refused naming ``what``."""
    result = fill(text, contexts)
    if _EXPRESSION.search(result):
        raise Refused(f"{what} is {text!r}, which is not known before the run", next_step="use inputs or github only")
    return result


def used(text: str, context: str) -> set[str]:
    """The names that expressions in ``text`` look up in ``context``."""
    pattern = re.compile(rf"\b{context}\.([\w-]+)")
    return {name for expression in _EXPRESSION.findall(text) for name in pattern.findall(expression)}
