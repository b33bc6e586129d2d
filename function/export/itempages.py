"""A Scan's answer as Arrow: one column per attribute and kind, without a Python value per cell.

An item is a struct with one field per attribute; an attribute (a *cell*) is a struct with one field per kind of value
that it was seen with, `{S: string, N: string}`, of which one is filled: DynamoDB JSON as it came, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.json as pj

from export.cells import attributes
from export.functions import call
from export.shape import MOST_FIELDS
from shared.errors import UnavailableError

TOGETHER_BYTES = 8 * 1024 * 1024
"""Arrow bytes of pages that are looked at as one: a column costs the same few calls whether it is long or short."""

GLANCE_BYTES = 64 * 1024


@dataclass(frozen=True)
class ItemPage:
    """`items` is a struct array, a row per item; `next_key` is where the scan goes on, None at its end."""

    items: pa.StructArray
    next_key: Mapping[str, Any] | None


class DamagedPageError(UnavailableError):
    """An answer that is not whole."""


class PageReader:
    """Reads pages; what it learnt of the attributes' kinds makes the next one, of the next run too, cheaper to read."""

    def __init__(self) -> None:
        self._known: pa.Schema | None = None

    def read(self, body: bytes) -> ItemPage:
        """The answer's items; raises DamagedPageError for a body that is not a whole answer of a Scan."""
        if self._known is None:
            self._glance(body)
        try:
            answer = self._parse(body)
            items, count = answer.column("Items").combine_chunks(), answer.column("Count")[0].as_py()
        except (pa.ArrowInvalid, KeyError, IndexError) as error:
            raise _damaged() from error
        rows = call("list_flatten", items)
        if answer.num_rows != 1 or len(rows) != count:
            raise _damaged()
        next_key = None
        if "LastEvaluatedKey" in answer.column_names:
            (next_key,) = attributes(_as_cell(answer.column("LastEvaluatedKey").combine_chunks()))
        found = rows if pa.types.is_struct(rows.type) else pa.array([], pa.struct([]))
        return ItemPage(found, next_key["M"] if next_key else None)

    def _glance(self, body: bytes) -> None:
        """Learns from a first page's first items, so that the page is not read twice for a text that looks like a time.

        Where the cut is no item's end nothing is learnt, and nothing is lost.
        """
        end = body.rfind(b"}},{", 0, GLANCE_BYTES)
        with suppress(pa.ArrowInvalid):
            self._parse(body[: end + 2] + b"]}")

    def _parse(self, body: bytes) -> pa.Table:
        answer = _read(body, self._known)
        if _holds_time(answer.schema):
            # a text that looks like a time was read as one; told that it is text, it stays what it was
            answer = _read(body, pa.schema([field.with_type(_as_text(field.type)) for field in answer.schema]))
        kept = [_kept(field) for field in answer.schema if field.name == "Items"]
        self._known = pa.schema([field for field in kept if field is not None])
        return answer


def together(pages: Iterable[pa.StructArray], target_bytes: int = TOGETHER_BYTES) -> Iterator[pa.StructArray]:
    """The same items in the same order, in fewer and longer pages, as far as neighbours are of one type."""
    held: list[pa.StructArray] = []
    size = 0
    for page in pages:
        if held and page.type != held[0].type:
            yield pa.concat_arrays(held)
            held, size = [], 0
        if len(page):
            held.append(page)
            size += page.nbytes
        if size >= target_bytes:
            yield pa.concat_arrays(held)
            held, size = [], 0
    if held:
        yield pa.concat_arrays(held)


def _read(body: bytes, schema: pa.Schema | None) -> pa.Table:
    return pj.read_json(
        pa.BufferReader(body),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 1),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
    )


def _as_cell(key: pa.StructArray) -> pa.StructArray:
    return pa.StructArray.from_arrays([key], names=["M"])


def _inner(kind: pa.DataType) -> list[pa.DataType]:
    if pa.types.is_struct(kind):
        return [field.type for field in kind]
    return [kind.value_type] if pa.types.is_list(kind) else []


def _holds_time(schema: pa.Schema) -> bool:
    waiting = list(schema.types)
    while waiting:
        kind = waiting.pop()
        if pa.types.is_timestamp(kind):
            return True
        waiting += _inner(kind)
    return False


def _as_text(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_as_text(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_as_text(kind.value_type))
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _kept(field: pa.Field) -> pa.Field | None:
    """What is remembered of a field: not what only empty lists were seen of, nor a dictionary's ever new keys."""
    if pa.types.is_null(field.type):
        return None
    if pa.types.is_struct(field.type):
        if field.name == "M" and field.type.num_fields > MOST_FIELDS:
            return None
        inner = [_kept(each) for each in field.type]
        return field.with_type(pa.struct([each for each in inner if each is not None]))
    if pa.types.is_list(field.type):
        element = _kept(pa.field("item", field.type.value_type))
        return field.with_type(pa.list_(element)) if element is not None else None
    return field


def _damaged() -> DamagedPageError:
    return DamagedPageError(
        "The member table's answer arrived damaged; nothing changed. Try again.", headers={"Retry-After": "5"}
    )
