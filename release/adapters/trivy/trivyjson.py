"""Reading fields of trivy's JSON strictly: another form than expected is an error, never a default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from release.errors import GateError


class Unreadable(GateError):  # noqa: N818 - the outcome's name
    """The report is not one this version understands; nobody can tell what it would have said."""


def unreadable(what: str) -> Unreadable:
    """The error that says ``what`` is not understood."""
    return Unreadable(what, untouched="the registry and every environment", next_step="run release scan again")


def items(result: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The list of objects ``key``; missing or null is empty. Raises Unreadable for another form."""
    found = result.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise unreadable(f"the scanner's report holds {key} of an unknown form")
    return found


def mapping(value: object, name: str) -> dict[str, Any]:
    """``value`` as an object. Raises Unreadable, naming it ``name``, for another form."""
    if not isinstance(value, dict):
        raise unreadable(f"{name} of the scanner's report has an unknown form")
    return value


def text_of(value: Mapping[str, Any], key: str) -> str:
    """The text ``key``; "" when it is missing. Raises Unreadable for another form."""
    text = value.get(key, "")
    if not isinstance(text, str):
        raise unreadable(f"{key} in the scanner's report is not a text: {text!r}")
    return text


def required(value: Mapping[str, Any], key: str) -> str:
    """The text ``key``. Raises Unreadable when it is missing."""
    text = text_of(value, key)
    if not text:
        raise unreadable(f"a finding in the scanner's report has no {key}")
    return text
