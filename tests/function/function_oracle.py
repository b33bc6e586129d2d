"""The exact road alone, a Python value at a time: what the export's fast road is held to, cell by cell.

Written before there was a fast road, and kept as it was but for the widest decimal, which is 38 digits now.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

import pyarrow as pa

from shared.dynamodb_json import dumps

INT64_SMALLEST, INT64_LARGEST = -(2**63), 2**63 - 1
MOST_FIELDS = 200


@dataclass
class NumberShape:
    """The digits that a column of numbers needs before and after the decimal point."""

    whole_digits: int = 0
    scale: int = 0
    in_int64: bool = True

    def add(self, text: str) -> None:
        """Learns one number in DynamoDB's notation (up to 38 digits, exponent -130 to 125)."""
        if len(text) <= 18 and text.isdecimal():  # the usual case, fast
            self.whole_digits = max(self.whole_digits, len(text))
            return
        number = Decimal(text)
        _, digits, exponent = number.as_tuple()
        if not isinstance(exponent, int):
            raise ValueError("DynamoDB has no infinity and no NaN")
        significant = "".join(map(str, digits)).rstrip("0") or "0"
        exponent += len(digits) - len(significant) if number else -exponent
        self.whole_digits = max(self.whole_digits, len(significant) + exponent)
        self.scale = max(self.scale, -exponent)
        self.in_int64 = self.in_int64 and exponent >= 0 and INT64_SMALLEST <= int(number) <= INT64_LARGEST


@dataclass
class Shape:
    """The kinds of value seen at one place (attribute, map entry, list element); null is not a kind."""

    kinds: set[str] = field(default_factory=set)
    number: NumberShape = field(default_factory=NumberShape)
    fields: dict[str, "Shape"] = field(default_factory=dict)
    too_many_fields: bool = False
    element: "Shape | None" = None

    def add(self, attribute: Mapping[str, Any]) -> None:
        """Learns one attribute value in botocore's form, `{"N": "12"}`."""
        ((kind, content),) = attribute.items()
        if kind == "NULL":
            return
        self.kinds.add(kind)
        match kind:
            case "N":
                self.number.add(content)
            case "NS":
                for number in content:
                    self.number.add(number)
            case "L":
                self.element = self.element or Shape()
                for item in content:
                    self.element.add(item)
            case "M":
                self.add_fields(content)

    def add_fields(self, content: Mapping[str, Mapping[str, Any]]) -> None:
        """Learns a map's entries, until there are too many of them."""
        if self.too_many_fields:
            return
        for name, item in content.items():
            self.fields.setdefault(name, Shape()).add(item)
        if len(self.fields) > MOST_FIELDS:
            self.too_many_fields = True
            self.fields.clear()


class TableShape:
    """The shape of every attribute of a table, however many there are."""

    def __init__(self) -> None:
        self.attributes: dict[str, Shape] = {}
        self.records = 0

    def add(self, item: Mapping[str, Mapping[str, Any]]) -> None:
        """Learns one item."""
        self.records += 1
        for name, attribute in item.items():
            shape = self.attributes.get(name)
            if shape is None:
                shape = self.attributes[name] = Shape()
            shape.add(attribute)


DECIMAL128_DIGITS = 38
AS_JSON = "JSON"
"""The metadata's mark for a value kept as DynamoDB JSON text."""

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class ColumnType:
    """`origin` is DynamoDB's type; `convert` turns an attribute's content into what Arrow takes for `arrow`."""

    arrow: pa.DataType
    origin: str
    convert: Convert
    whole: bool = False  # convert wants the attribute with its type, not its content alone

    def value(self, attribute: Mapping[str, Any] | None) -> Any:
        """The Arrow-ready value of an attribute; None for a missing one and for null."""
        if attribute is None or "NULL" in attribute:
            return None
        if self.whole:
            return self.convert(attribute)
        (content,) = attribute.values()
        return self.convert(content)

    def field(self, name: str) -> pa.Field:
        return pa.field(name, self.arrow, metadata={"dynamodb": self.origin})


JSON_TEXT = ColumnType(pa.string(), AS_JSON, dumps, whole=True)


def column_type(shape: Shape) -> ColumnType:
    """The one type that every value of this shape fits in exactly, or DynamoDB JSON where there is none."""
    if len(shape.kinds) > 1:
        return JSON_TEXT
    match next(iter(shape.kinds), "NULL"):
        case "S":
            return ColumnType(pa.string(), "S", _same)
        case "BOOL":
            return ColumnType(pa.bool_(), "BOOL", _same)
        case "B":
            return ColumnType(pa.binary(), "B", bytes)
        case "N":
            return _number(shape.number)
        case "SS":
            return _set(ColumnType(pa.string(), "S", _same), "SS")
        case "BS":
            return _set(ColumnType(pa.binary(), "B", bytes), "BS")
        case "NS":
            number = _number(shape.number)
            return JSON_TEXT if number is JSON_TEXT else _set(number, "NS")
        case "L":
            return _list(column_type(shape.element or Shape()))
        case "M":
            return _struct(shape)
    return ColumnType(pa.string(), "NULL", _same)


def _same(content: Any) -> Any:
    return content


def _number(shape: NumberShape) -> ColumnType:
    if shape.in_int64:
        return ColumnType(pa.int64(), "N", _integer)
    precision = shape.whole_digits + shape.scale
    if precision <= DECIMAL128_DIGITS:
        return ColumnType(pa.decimal128(precision, shape.scale), "N", _decimal(shape.scale))
    return JSON_TEXT


def _decimal(scale: int) -> Convert:
    """Numbers with exactly ``scale`` digits behind the point: pyarrow reads `0E+2` as a number of three digits."""
    last, exact = Decimal(1).scaleb(-scale), Context(prec=DECIMAL128_DIGITS, traps=[InvalidOperation, Inexact])
    return lambda text: Decimal(text).quantize(last, context=exact)


def _integer(text: str) -> int:
    return int(text) if text.isdecimal() else int(Decimal(text))


def _set(element: ColumnType, origin: str) -> ColumnType:
    def convert(content: Iterable[Any]) -> list[Any]:
        return sorted(element.convert(item) for item in content)

    return ColumnType(pa.list_(element.field("element")), origin, convert)


def _list(element: ColumnType) -> ColumnType:
    def convert(content: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [element.value(item) for item in content]

    return ColumnType(pa.list_(element.field("element")), "L", convert)


def _struct(shape: Shape) -> ColumnType:
    if shape.too_many_fields or not shape.fields:  # Parquet has no struct without fields
        return JSON_TEXT
    types = {name: column_type(inner) for name, inner in sorted(shape.fields.items())}

    def convert(content: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {name: inner.value(content.get(name)) for name, inner in types.items()}

    return ColumnType(pa.struct([inner.field(name) for name, inner in types.items()]), "M", convert)


class TableColumns:
    """The columns of a whole table, in the order of their names."""

    def __init__(self, shape: TableShape) -> None:
        self._types = {name: column_type(inner) for name, inner in sorted(shape.attributes.items())}
        self.schema = pa.schema([inner.field(name) for name, inner in self._types.items()])

    def batch(self, items: Sequence[Mapping[str, Mapping[str, Any]]]) -> pa.RecordBatch:
        """Items as one record batch; a missing attribute and a null are both null."""
        arrays = [
            pa.array([kind.value(item.get(name)) for item in items], type=kind.arrow)
            for name, kind in self._types.items()
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)
