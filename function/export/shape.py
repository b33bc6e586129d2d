"""What values an attribute holds, learnt by looking at every one of them. Pure.

A shape is all that the choice of a Parquet type needs (docs/parquet-types.md); it grows with the number of different
attributes, not with the number of members.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

INT64_SMALLEST, INT64_LARGEST = -(2**63), 2**63 - 1
MOST_FIELDS = 200
"""A map with more different keys than this is a dictionary, not a record: it is kept as DynamoDB JSON."""


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
