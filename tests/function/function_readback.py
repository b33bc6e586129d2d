"""Reads a Parquet file back into the Python values that boto3 gives for DynamoDB's, by the fields' metadata.

This is the reading rule of docs/parquet-types.md, written independently of the code that writes.
"""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shared.dynamodb_json import loads


def read_back(content: bytes) -> list[dict[str, Any]]:
    """The file's rows; null attributes are left out, as missing and null are one."""
    table = pq.read_table(pa.BufferReader(content))
    return [
        {field.name: value(row[field.name], field) for field in table.schema if row[field.name] is not None}
        for row in table.to_pylist()
    ]


def value(stored: Any, field: pa.Field) -> Any:
    """One stored value as DynamoDB had it."""
    if stored is None:
        return None
    match field.metadata[b"dynamodb"]:
        case b"JSON":
            return without_nulls(loads(stored))
        case b"SS" | b"NS" | b"BS":
            return set(stored)
        case b"L":
            return [value(item, field.type.value_field) for item in stored]
        case b"M":
            inner = {entry.name: value(stored[entry.name], entry) for entry in field.type}
            return {name: item for name, item in inner.items() if item is not None}
    return stored


def without_nulls(content: Any) -> Any:
    """A map's null entries left out, at every depth: null and missing are one. A list keeps its nulls."""
    if isinstance(content, dict):
        return {name: without_nulls(item) for name, item in content.items() if item is not None}
    if isinstance(content, list):
        return [without_nulls(item) for item in content]
    return content
