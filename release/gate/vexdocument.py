"""Reading OpenVEX documents (OpenVEX specification 0.2.0, "Document", "Statement", "Data Inheritance"; also 0.0.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from release.errors import UsageError
from release.gate.vex import NOT_AFFECTED, Product, Statement

_STATUSES = frozenset({NOT_AFFECTED, "affected", "fixed", "under_investigation"})


def parse_vex(text: str, source: str) -> tuple[Statement, ...]:
    """The statements of one document, in its order.

    Raises:
        UsageError: it is no OpenVEX document, or a statement is not complete: without a time nobody knows which counts.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal(source, f"is not JSON: {error}") from error
    context = document.get("@context", "") if isinstance(document, dict) else ""
    if not str(context).startswith("https://openvex.dev/ns"):
        raise refusal(source, "is no OpenVEX document (its @context is not https://openvex.dev/ns/…)")
    statements = document.get("statements")
    if not isinstance(statements, list) or not all(isinstance(item, dict) for item in statements):
        raise refusal(source, "holds no list of statements")
    issued = document.get("timestamp")
    return tuple(_statement(item, issued, f"{source}, statement {n}") for n, item in enumerate(statements, 1))


def refusal(source: str, problem: str) -> UsageError:
    """The error that ``problem`` with a document of ``gate.vex`` is."""
    return UsageError(
        f"{source} {problem}",
        untouched="everything",
        next_step="mend the document or take it out of gate.vex",
    )


def _statement(item: Mapping[str, Any], issued: object, source: str) -> Statement:
    vulnerability = item.get("vulnerability")
    if isinstance(vulnerability, str):  # OpenVEX 0.0.1
        vulnerability = {"name": vulnerability}
    if not isinstance(vulnerability, Mapping) or not isinstance(vulnerability.get("name"), str):
        raise refusal(source, "names no vulnerability")
    status = item.get("status")
    if status not in _STATUSES:
        raise refusal(source, f"has an unknown status {status!r}")
    return Statement(
        source,
        frozenset((vulnerability["name"], *map(str, _list(vulnerability, "aliases", source)))),
        str(status),
        str(item.get("justification") or ""),
        tuple(_product(product, source) for product in _list(item, "products", source)),
        _time(item.get("timestamp", issued), source),
    )


def _list(values: Mapping[str, Any], key: str, source: str) -> list[Any]:
    found = values.get(key) or []
    if not isinstance(found, list):
        raise refusal(source, f"has {key} that are no list")
    return found


def _time(value: object, source: str) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        given = f"{value!r} is no time with a zone" if value else "neither it nor its document says when it was made"
        raise refusal(source, f"has no timestamp ({given})")
    return time


def _product(value: object, source: str) -> Product:
    if isinstance(value, str):
        return Product(value)
    if not isinstance(value, Mapping):
        return Product("")
    parts = _list(value, "subcomponents", source)
    return Product(_purl_of(value), tuple(_product(part, source).purl for part in parts))


def _purl_of(value: Mapping[str, Any]) -> str:
    identifiers = value.get("identifiers")
    purl = identifiers.get("purl") if isinstance(identifiers, Mapping) else None
    return str(purl or value.get("@id") or "")
