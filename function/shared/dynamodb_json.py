"""DynamoDB JSON: an attribute value with its type, `{"N": "12.5"}`, as text and back.

The notation is that of AWS's low-level API and of its exports to S3 ("DynamoDB JSON output format"); binary values
are base64 there and here.
"""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Attribute = Mapping[str, Any]
"""One value as botocore gives it: a single type descriptor (S, N, B, BOOL, NULL, M, L, SS, NS, BS) and its content."""


def dumps(value: Any) -> str:
    """Attributes, or lists and maps of them, as one line of JSON text."""
    return json.dumps(value, default=_base64, ensure_ascii=False, separators=(",", ":"))


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"no DynamoDB value: {type(value).__name__}")


def restore(attribute: Attribute) -> Attribute:
    """An attribute parsed from JSON, with its binary values as bytes again: what `dumps` was given."""
    ((kind, content),) = attribute.items()
    match kind:
        case "B":
            return {kind: base64.b64decode(content)}
        case "BS":
            return {kind: [base64.b64decode(item) for item in content]}
        case "M":
            return {kind: {name: restore(item) for name, item in content.items()}}
        case "L":
            return {kind: [restore(item) for item in content]}
    return attribute


def to_python(attribute: Attribute) -> Any:
    """An attribute as a Python value: numbers are Decimal, sets are set, null is None."""
    ((kind, content),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return Decimal(content)
        case "NS":
            return {Decimal(item) for item in content}
        case "SS" | "BS":
            return set(content)
        case "M":
            return {name: to_python(item) for name, item in content.items()}
        case "L":
            return [to_python(item) for item in content]
    return content


def loads(text: str) -> Any:
    """The Python value of one attribute's DynamoDB JSON text."""
    return to_python(restore(json.loads(text)))
