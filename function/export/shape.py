"""What values an attribute holds, learnt by looking at every one of them, a column at a time. Pure.

A shape is all that the choice of a Parquet type needs (docs/parquet-types.md); it grows with the number of different
attributes, not with the number of members.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from export.functions import any_true, call, cast, chosen, find, matches, trimmed

INT64_SMALLEST, INT64_LARGEST = -(2**63), 2**63 - 1
MOST_FIELDS = 200
"""A map with more different keys than this is a dictionary, not a record: it is kept as DynamoDB JSON."""
_CERTAINLY_INT64 = 18  # digits
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"  # no exponent: what nearly every number is written as
_ZERO = r"^-?[0.]+$"


@dataclass
class NumberShape:
    """The digits that a column of numbers needs before and after the decimal point."""

    whole_digits: int = 0
    scale: int = 0
    in_int64: bool = True

    def learn(self, texts: pa.StringArray) -> None:
        """Learns numbers in DynamoDB's notation (up to 38 digits, exponent -130 to 125); nulls are none."""
        texts = call("drop_null", texts)
        if not len(texts):
            return
        try:
            edges = call("min_max", cast(texts, pa.int64())).as_py()
        except pa.ArrowInvalid:
            self._learn_decimals(texts)
        else:
            self._need(max(len(str(abs(number))) for number in edges.values()), 0)

    def _learn_decimals(self, texts: pa.StringArray) -> None:
        plain = matches(texts, _PLAIN)
        for text in chosen(texts, call("invert", plain)).to_pylist():
            self.add(text)
        texts = chosen(texts, plain)
        digits = trimmed(texts, "ltrim", "-0")  # 0.05 needs no digit before the point
        point = find(digits, ".")
        whole = call("if_else", call("less", point, 0), call("utf8_length", digits), point)
        for text in chosen(texts, call("greater", whole, _CERTAINLY_INT64)).to_pylist():
            self.add(text)
        fractions = trimmed(chosen(digits, call("greater_equal", point, 0)), "rtrim", "0")
        scale = 0
        if len(fractions):
            scale = call("max", call("subtract", call("utf8_length", fractions), find(fractions, "."))).as_py() - 1
        zero = any_true(matches(texts, _ZERO))
        self._need(max(call("max", whole).as_py() or 0, int(zero)), scale)

    def _need(self, whole_digits: int, scale: int) -> None:
        self.whole_digits = max(self.whole_digits, whole_digits)
        self.scale = max(self.scale, scale)
        self.in_int64 = self.in_int64 and self.scale == 0

    def add(self, text: str) -> None:
        """Learns one number; exact for every notation."""
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
    fields: dict[str, Shape] = field(default_factory=dict)
    too_many_fields: bool = False
    element: Shape | None = None

    def learn(self, cells: pa.StructArray) -> None:
        """Learns a column of cells (export.itempages)."""
        for index, kind in enumerate(each.name for each in cells.type):
            content = cells.field(index)
            if kind == "NULL" or content.null_count == len(content):
                continue
            self.kinds.add(kind)
            match kind:
                case "N":
                    self.number.learn(content)
                case "NS":
                    self.number.learn(call("list_flatten", content))
                case "L":
                    self.element = self.element or Shape()
                    elements = call("list_flatten", content)
                    if pa.types.is_struct(elements.type):
                        self.element.learn(elements)
                case "M":
                    self._learn_fields(content)

    def _learn_fields(self, maps: pa.StructArray) -> None:
        if self.too_many_fields:
            return
        learn_columns(self.fields, maps)
        if len(self.fields) > MOST_FIELDS:
            self.too_many_fields = True
            self.fields.clear()


def learn_columns(shapes: dict[str, Shape], rows: pa.StructArray) -> None:
    """Learns every field that some row has, each into the shape of its name."""
    for index, name in enumerate(each.name for each in rows.type):
        cells = rows.field(index)
        if cells.null_count < len(cells):
            shapes.setdefault(name, Shape()).learn(cells)


class TableShape:
    """The shape of every attribute of a table, however many there are."""

    def __init__(self) -> None:
        self.attributes: dict[str, Shape] = {}
        self.records = 0

    def learn(self, items: pa.StructArray) -> None:
        """Learns a page of items."""
        self.records += len(items)
        learn_columns(self.attributes, items)
