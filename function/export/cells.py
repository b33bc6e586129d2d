"""Cells, as export.itempages gives them, back to attributes as botocore gives them: the slow, exact road. Pure.

The JSON reader leaves a field null wherever its row is null, so a field is taken as it is (`StructArray.field`).
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

Attribute = Mapping[str, Any]


def of_kind(cells: pa.StructArray, kind: str) -> pa.Array | None:
    """What the cells hold of one kind, null where they hold none or another; None where none was ever seen."""
    index = cells.type.get_field_index(kind)
    return None if index < 0 else cells.field(index)


def attributes(cells: pa.Array) -> Iterator[Attribute | None]:
    """Each cell as `{"N": "12"}`, binary values as bytes; None where the attribute is missing."""
    for cell in cells.to_pylist():
        yield None if cell is None else _attribute(cell)


def _attribute(cell: Mapping[str, Any]) -> Attribute:
    ((kind, content),) = ((kind, content) for kind, content in cell.items() if content is not None)
    match kind:
        case "B":
            return {kind: base64.b64decode(content)}
        case "BS":
            return {kind: [base64.b64decode(item) for item in content]}
        case "M":
            return {kind: {name: _attribute(item) for name, item in content.items() if item is not None}}
        case "L":
            return {kind: [_attribute(item) for item in content]}
    return {kind: content}
