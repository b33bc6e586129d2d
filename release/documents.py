"""Reading and writing the JSON documents of this pipeline: canonical, versioned, and read strictly.

A reader refuses another schema, a key that it does not know, and one that is missing, for every one is written: what it
does not understand might be what matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from release.errors import ConflictError

#: A time with its offset (ISO 8601).
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"

_T = TypeVar("_T")
_TIME = re.compile(TIME + r"\Z")


def encode(schema: int, values: Mapping[str, Any]) -> bytes:
    """``values`` in their canonical form: equal values are equal bytes."""
    return json.dumps({"schema": schema} | dict(values), sort_keys=True, separators=(",", ":")).encode()


def decode(content: bytes, schema: int, where: str, build: Callable[[dict[str, Any]], _T]) -> _T:
    """What ``build`` makes of the document ``content``.

    Args:
        where: what the document is called, for the error.
        build: takes the values without ``schema``; raises ValueError, TypeError or KeyError for what it cannot take.

    Raises:
        ConflictError: it is truncated, of another schema, or not what this command writes (faults.md, 56).
    """
    try:
        values = json.loads(content)
        if not isinstance(values, dict):
            raise ValueError("it is no object")
        found = values.pop("schema", None)
        if type(found) is not int or found != schema:
            raise ValueError(f"its schema is {found!r}, this command reads {schema}")
        return build(values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ConflictError(
            f"{where} cannot be read: {' '.join(str(error).split())[:200]}",
            untouched="everything",
            next_step="a newer command may have written it: install the newest (release --version shows this one's)",
        ) from error


def checked(kind: type[_T], values: Mapping[str, Any]) -> _T:
    """``values`` as the dataclass ``kind``: every key known and there, every value of its key's type.

    Objects inside it are made by the caller beforehand.

    Raises:
        ValueError: a key is not known, or is missing, or a value is of another kind.
    """
    known = {each.name: str(each.type) for each in fields(kind)}  # type: ignore[arg-type]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{name} is not a key that is known here")
        if not _fits(known[name], value):
            raise ValueError(f"{name} is {value!r}")
    if missing := [name for name in known if name not in values]:
        raise ValueError(f"{missing[0]} is missing")
    return kind(**values)


def _fits(kind: str, value: Any) -> bool:
    """Whether a value out of JSON is of the type ``kind``, as an annotation writes it."""
    match kind:
        case "str":
            return isinstance(value, str)
        case "int":
            return type(value) is int
        case "float":
            return type(value) in (int, float)
        case "tuple[str, ...]":
            return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        case "Mapping[str, str]":
            return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        case "Mapping[str, float]":
            return isinstance(value, dict) and all(type(each) in (int, float) for each in value.values())
    return True


def check_time(name: str, text: str) -> None:
    """Raises ValueError unless ``text`` is a time as this pipeline writes it."""
    if not _TIME.match(text):
        raise ValueError(f"{name} is {text!r}")
    datetime.fromisoformat(text)
