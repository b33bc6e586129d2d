"""Values as a template writes them: YAML with short intrinsic functions, in one line or as a block; or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

#: A text that YAML 1.1 takes for nothing but that text, unquoted, in flow style too.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?:::[A-Za-z0-9]+)*(?: [A-Za-z0-9_./-]+)*\Z")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])


def inline(value: Any, as_json: bool = False) -> str:
    """``value`` in one line."""
    if as_json:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        if (function := _intrinsic(value)) is not None:
            return function
        return "{" + ", ".join(f"{inline(key)}: {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if _PLAIN.match(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def block(key: str, value: Any, indent: str) -> Iterator[str]:
    """The lines of ``key: value`` in block style."""
    if isinstance(value, dict) and value and _intrinsic(value) is None:
        yield f"{indent}{inline(key)}:"
        for name, each in value.items():
            yield from block(name, each, f"{indent}  ")
    else:
        yield f"{indent}{inline(key)}: {inline(value)}"


def _intrinsic(value: dict[str, Any]) -> str | None:
    """``!Ref X`` and its like; None when it is a mapping like any other."""
    if len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name != "Ref" and not name.startswith("Fn::"):
        return None
    return f"!{name.removeprefix('Fn::')} {inline(argument)}"
