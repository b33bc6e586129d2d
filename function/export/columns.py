"""From an attribute's shape to its Parquet column: the rules of docs/parquet-types.md. Pure.

Each Arrow field says in its metadata, under "dynamodb", what DynamoDB type it came from, so that a reader can tell a
set from a list and DynamoDB JSON from a plain string.

Two roads lead to a column. The fast one works on whole columns of cells; what it does not know (numbers with exponents,
binary, DynamoDB JSON) goes over the exact one, a value at a time, for that place of that page alone.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

import pyarrow as pa

from export.cells import Attribute, attributes, of_kind
from export.functions import any_true, call, cast, matches, order, validity
from export.shape import NumberShape, Shape, TableShape
from shared.dynamodb_json import dumps

DECIMAL128_DIGITS = 38
"""What every reader takes; with a wider decimal256 Spark refuses the whole file, and DuckDB reads doubles."""
AS_JSON = "JSON"
"""The metadata's mark for a value kept as DynamoDB JSON text."""

Convert = Callable[[Any], Any]
Fast = Callable[[pa.Array, "Exact"], pa.Array]


class Exact:
    """Counts the values that went over the exact road."""

    def __init__(self) -> None:
        self.values = 0


@dataclass(frozen=True)
class ColumnType:
    """`origin` is DynamoDB's type; `convert` turns an attribute's content into what Arrow takes for `arrow`.

    `fast` does so for a whole column of contents (null where there is none), or raises pyarrow.ArrowInvalid.
    """

    arrow: pa.DataType
    origin: str
    convert: Convert
    fast: Fast | None = None
    whole: bool = False  # convert wants the attribute with its type, not its content alone

    def value(self, attribute: Attribute | None) -> Any:
        """The Arrow-ready value of an attribute; None for a missing one and for null."""
        if attribute is None or "NULL" in attribute:
            return None
        if self.whole:
            return self.convert(attribute)
        (content,) = attribute.values()
        return self.convert(content)

    def array(self, cells: pa.Array, exact: Exact) -> pa.Array:
        """A column of cells as a column of this type."""
        content = cells
        if not self.whole:
            content = of_kind(cells, self.origin) if pa.types.is_struct(cells.type) else None
            if content is None:
                return pa.nulls(len(cells), self.arrow)
        if self.fast is not None:
            try:
                return self.fast(content, exact)
            except pa.ArrowInvalid:
                pass
        exact.values += len(cells) - cells.null_count
        return pa.array([self.value(attribute) for attribute in attributes(cells)], type=self.arrow)

    def field(self, name: str) -> pa.Field:
        return pa.field(name, self.arrow, metadata={"dynamodb": self.origin})


def _decoded(content: pa.Array, _: Exact) -> pa.Array:
    return pa.array([None if text is None else b64decode(text) for text in content.to_pylist()], pa.binary())


def _texts(cells: pa.Array, _: Exact) -> pa.Array:
    """Texts and numbers in one attribute, as DynamoDB JSON; anything else, or a text to be escaped, is not for here."""
    kinds = [field.name for field in cells.type] if pa.types.is_struct(cells.type) else []
    columns = {kind: cells.field(place) for place, kind in enumerate(kinds) if kind != "NULL"}
    found = {kind: content for kind, content in columns.items() if content.null_count < len(content)}
    if not found.keys() <= {"S", "N"} or any_true(matches(_of(found, "S"), _ESCAPED)):
        raise pa.ArrowInvalid("no fast road")
    written = [call("binary_join_element_wise", f'{{"{kind}":"', column, '"}', "") for kind, column in found.items()]
    return call("coalesce", *written) if written else pa.nulls(len(cells), pa.string())


def _of(columns: Mapping[str, pa.Array], kind: str) -> pa.Array:
    return columns.get(kind, pa.array([], pa.string()))


_ESCAPED = r'["\\\x00-\x1f]'  # what JSON writes in another way
BINARY = ColumnType(pa.binary(), "B", bytes, _decoded)
JSON_TEXT = ColumnType(pa.string(), AS_JSON, dumps, _texts, whole=True)


def column_type(shape: Shape) -> ColumnType:
    """The one type that every value of this shape fits in exactly, or DynamoDB JSON where there is none."""
    if len(shape.kinds) > 1:
        return JSON_TEXT
    match next(iter(shape.kinds), "NULL"):
        case "S":
            return ColumnType(pa.string(), "S", _same, _as_it_is)
        case "BOOL":
            return ColumnType(pa.bool_(), "BOOL", _same, _as_it_is)
        case "B":
            return BINARY
        case "N":
            return _number(shape.number)
        case "SS":
            return _set(ColumnType(pa.string(), "S", _same, _as_it_is), "SS")
        case "BS":
            return _set(BINARY, "BS")
        case "NS":
            number = _number(shape.number)
            return JSON_TEXT if number is JSON_TEXT else _set(number, "NS")
        case "L":
            return _list(column_type(shape.element or Shape()))
        case "M":
            return _struct(shape)
    return ColumnType(pa.string(), "NULL", _same, lambda cells, _: pa.nulls(len(cells), pa.string()))


def _same(content: Any) -> Any:
    return content


def _as_it_is(content: pa.Array, _: Exact) -> pa.Array:
    return content


def _cast(arrow: pa.DataType) -> Fast:
    return lambda content, _: cast(content, arrow)


def _number(shape: NumberShape) -> ColumnType:
    if shape.in_int64:
        return ColumnType(pa.int64(), "N", _integer, _cast(pa.int64()))
    precision = shape.whole_digits + shape.scale
    if precision <= DECIMAL128_DIGITS:
        arrow = pa.decimal128(precision, shape.scale)
        return ColumnType(arrow, "N", _decimal(shape.scale), _cast(arrow))
    return JSON_TEXT


def _decimal(scale: int) -> Convert:
    """Numbers with exactly ``scale`` digits behind the point: pyarrow reads `0E+2` as a number of three digits."""
    last, exact = Decimal(1).scaleb(-scale), Context(prec=DECIMAL128_DIGITS, traps=[InvalidOperation, Inexact])
    return lambda text: Decimal(text).quantize(last, context=exact)


def _integer(text: str) -> int:
    return int(text) if text.isdecimal() else int(Decimal(text))


def _set(element: ColumnType, origin: str) -> ColumnType:
    arrow = pa.list_(element.field("element"))

    def convert(content: Iterable[Any]) -> list[Any]:
        return sorted(element.convert(item) for item in content)

    def fast(sets: pa.ListArray, exact: Exact) -> pa.Array:
        values = element.fast(call("list_flatten", sets), exact) if element.fast else None
        if values is None:
            raise pa.ArrowInvalid("no fast road")
        rows = pa.table({"row": call("list_parent_indices", sets), "value": values})
        return _lists(sets, call("take", values, order(rows, "row", "value")), arrow)

    return ColumnType(arrow, origin, convert, fast)


def _list(element: ColumnType) -> ColumnType:
    arrow = pa.list_(element.field("element"))

    def convert(content: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [element.value(item) for item in content]

    def fast(lists: pa.ListArray, exact: Exact) -> pa.Array:
        return _lists(lists, element.array(call("list_flatten", lists), exact), arrow)

    return ColumnType(arrow, "L", convert, fast)


def _lists(like: pa.ListArray, values: pa.Array, arrow: pa.DataType) -> pa.ListArray:
    """Lists of the same lengths as `like`, with other values."""
    ends = call("cumulative_sum", call("coalesce", call("list_value_length", like), pa.scalar(0, pa.int32())))
    offsets = pa.concat_arrays([pa.array([0], ends.type), ends])
    return pa.Array.from_buffers(arrow, len(like), [validity(like), offsets.buffers()[1]], children=[values])


def _struct(shape: Shape) -> ColumnType:
    if shape.too_many_fields or not shape.fields:  # Parquet has no struct without fields
        return JSON_TEXT
    types = {name: column_type(inner) for name, inner in sorted(shape.fields.items())}
    fields = [inner.field(name) for name, inner in types.items()]

    def convert(content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {name: inner.value(content.get(name)) for name, inner in types.items()}

    def fast(maps: pa.StructArray, exact: Exact) -> pa.Array:
        columns = [_column(maps, name, inner, exact) for name, inner in types.items()]
        return pa.Array.from_buffers(pa.struct(fields), len(maps), [validity(maps)], children=columns)

    return ColumnType(pa.struct(fields), "M", convert, fast)


def _column(rows: pa.StructArray, name: str, kind: ColumnType, exact: Exact) -> pa.Array:
    index = rows.type.get_field_index(name)
    return pa.nulls(len(rows), kind.arrow) if index < 0 else kind.array(rows.field(index), exact)


class TableColumns:
    """The columns of a whole table, in the order of their names.

    `exact` counts, by attribute, the values that went over the exact road.
    """

    def __init__(self, shape: TableShape) -> None:
        self._types = {name: column_type(inner) for name, inner in sorted(shape.attributes.items())}
        self.schema = pa.schema([inner.field(name) for name, inner in self._types.items()])
        self._exact = {name: Exact() for name in self._types}

    @property
    def exact(self) -> dict[str, int]:
        return {name: road.values for name, road in self._exact.items() if road.values}

    def batch(self, page: pa.RecordBatch) -> pa.RecordBatch:
        """A page of items as one record batch; a missing attribute and a null are both null."""
        rows = page.to_struct_array()
        arrays = [_column(rows, name, kind, self._exact[name]) for name, kind in self._types.items()]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)
