"""The JSON schema of release.toml, for editors and ``check-jsonschema``.

Draft 4: what editors' TOML plugins read (taplo). It says of each key what its reader says of it; what the command
checks across keys (that ``proven-in`` names an environment) only the command can tell.
"""

from __future__ import annotations

import json
from typing import Any

from release.settings.alone import KEYS
from release.tomlkeys import Key, Keys, ValueKind

_MADE = "Made by `make docs` from the readers of release.toml; docs/release-toml.md is the same for people."
_TYPES = {str: "string", int: "integer", bool: "boolean"}
_SIMPLE = {ValueKind.TEXT: "string", ValueKind.NUMBER: "integer", ValueKind.SWITCH: "boolean", ValueKind.DATE: "string"}


def of(keys: Keys) -> str:
    """The schema as JSON text."""
    top = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "release.toml", "description": _MADE}
    return json.dumps(top | _file(keys), indent=2, ensure_ascii=False) + "\n"


def _file(keys: Keys) -> dict[str, Any]:
    """The schema of the file itself: whole, or only how versions are named."""
    found = _object(keys, "")
    whole = {"required": found.pop("required")}
    others = [{"required": [name]} for name in found["properties"] if name not in KEYS]
    return found | {"anyOf": [whole, {"required": ["versions"], "not": {"anyOf": others}}]}


def _object(keys: Keys, table: str) -> dict[str, Any]:
    """The schema of the table ``table``."""
    inside = [key for key in keys.keys.values() if key.table == table]
    either = [group.names for group in keys.either if group.table == table]
    alone = {name for names in either for name in names}
    found: dict[str, Any] = {
        "type": "object",
        "properties": {key.name: _value(keys, key) for key in inside},
        "additionalProperties": False,
    }
    if required := [key.name for key in inside if key.required and key.name not in alone]:
        found["required"] = required
    if unless := keys.completed.get(table):
        none = {"not": {"anyOf": [{"required": [name]} for name in unless]}}
        found["anyOf"] = [{"required": found.pop("required")}, {"minProperties": 1} | none]
    if either:
        found["allOf"] = [{"oneOf": [{"required": [name]} for name in names]} for names in either]
    return found


def _value(keys: Keys, key: Key) -> dict[str, Any]:
    """The schema of one key's value."""
    return {"description": key.doc} | _type(keys, key) | ({} if key.default in (None, {}, []) else _default(key))


def _default(key: Key) -> dict[str, Any]:
    return {"default": list(key.default) if isinstance(key.default, tuple) else key.default}


def _type(keys: Keys, key: Key) -> dict[str, Any]:
    path = f"{key.table}.{key.name}".lstrip(".")
    match key.kind:
        case ValueKind.TABLE:
            return _object(keys, path)
        case ValueKind.ARRAY:
            return {"type": "array", "items": _object(keys, path)}
        case ValueKind.NAMED:
            return _named(key.names, _object(keys, f"{path}.<name>")) | {"minProperties": 1}
        case ValueKind.MAPPING:
            return _named(key.names, _held(key))
        case ValueKind.TEXTS:
            return {"type": "array", "items": _text(key)} | ({} if key.may_be_empty else {"minItems": 1})
        case ValueKind.TEXT:
            return _text(key)
    bounds = {"minimum": key.low, "maximum": key.high, "format": "date" if key.kind is ValueKind.DATE else None}
    return {"type": _SIMPLE[key.kind]} | {name: value for name, value in bounds.items() if value is not None}


def _text(key: Key) -> dict[str, Any]:
    if key.choices:
        return {"type": "string", "enum": list(key.choices)}
    if key.pattern:
        return {"type": "string", "pattern": anchored(key.pattern)}
    return {"type": "string", "pattern": r"^$|\S" if key.may_be_empty and key.kind is ValueKind.TEXT else r"\S"}


def _held(key: Key) -> dict[str, Any]:
    if key.choices:
        return {"enum": list(key.choices)}
    if key.pattern:
        return _text(key)
    return {"type": [_TYPES[kind] for kind in key.holds]} if key.holds else {}


def _named(names: str, value: dict[str, Any]) -> dict[str, Any]:
    if not names:
        return {"type": "object", "additionalProperties": value}
    return {"type": "object", "patternProperties": {anchored(names): value}, "additionalProperties": False}


def anchored(pattern: str) -> str:
    r"""``pattern``, which Python matches from the start, for a schema, which searches: ``^``, and ``$`` for ``\Z``."""
    return "^" + pattern.removesuffix(r"\Z").replace(r"\Z", "$") + "$" if pattern.endswith(r"\Z") else f"^(?:{pattern})"
