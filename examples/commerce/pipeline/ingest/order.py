"""What an order must be."""

import re
from datetime import date
from typing import Any


class NoOrderError(ValueError):
    """What came is no order; says why."""


def read(document: Any) -> dict[str, Any]:
    """The order, with nothing else in it. Raises NoOrderError."""
    if not isinstance(document, dict):
        raise NoOrderError("it is no object")
    for field in ("order", "customer"):
        if not isinstance(document.get(field), str) or not re.fullmatch(r"[\w-]{1,40}", document[field]):
            raise NoOrderError(f"{field} is no name of 1 to 40 letters, digits and hyphens")
    try:
        day = date.fromisoformat(document["day"]).isoformat()
    except (KeyError, TypeError, ValueError) as error:
        raise NoOrderError("day is no date like 2026-11-25") from error
    lines = document.get("lines")
    if not isinstance(lines, list) or not lines:
        raise NoOrderError("there are no lines")
    return {
        "order": document["order"],
        "customer": document["customer"],
        "day": day,
        "lines": [_line(number, line) for number, line in enumerate(lines, 1)],
    }


def _line(number: int, line: Any) -> dict[str, Any]:
    if not isinstance(line, dict) or not isinstance(line.get("product"), str) or not line["product"]:
        raise NoOrderError(f"line {number} has no product")
    for field, kinds in (("quantity", int), ("price", int | float)):
        value = line.get(field)
        if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
            raise NoOrderError(f"line {number} has no {field} above 0")
    return {"product": line["product"], "quantity": line["quantity"], "price": round(float(line["price"]), 2)}
