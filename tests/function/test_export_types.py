"""Every value comes back as it went in, and each kind of attribute gets its documented type (faults.md, 51)."""

import contextlib
import io
import json
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Any

import function_oracle
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from function_readback import read_back, without_nulls
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from export.columns import TableColumns, column_type
from export.itempages import PageReader
from export.row_groups import row_groups
from export.shape import MOST_FIELDS, NumberShape, Shape, TableShape
from export.spool import Spool
from shared.dynamodb_json import dumps
from shared.errors import UnavailableError

serialize = TypeSerializer().serialize


def to_item(values: dict[str, Any]) -> dict[str, Any]:
    """A member as botocore's low-level client answers it."""
    return {name: plain(serialize(value)) for name, value in values.items()}


def plain(attribute: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = attribute.items()
    if kind == "M":
        return {"M": {name: plain(item) for name, item in content.items()}}
    if kind == "L":
        return {"L": [plain(item) for item in content]}
    return attribute


def body_of(items: list[dict[str, Any]]) -> bytes:
    """A Scan's answer, as DynamoDB writes it."""
    return dumps({"Items": items, "Count": len(items), "ScannedCount": len(items)}).encode()


def written(members: Iterable[dict[str, Any]], per_page: int = 1) -> bytes:
    """The members through the real path: pages, shape, spool, columns, row groups, Parquet."""
    content, shape, reader = io.BytesIO(), TableShape(), PageReader()
    items = [to_item(member) for member in members]
    with Spool() as spool:
        for start in range(0, len(items) or 1, per_page):
            page = reader.read(body_of(items[start : start + per_page]))
            assert page.next_key is None
            shape.learn(page.items)
            spool.write(page.items)
        columns = TableColumns(shape)
        with pq.ParquetWriter(content, columns.schema) as writer:
            for group in row_groups(columns, spool.pages()):
                writer.write_table(group)
    return content.getvalue()


def by_oracle(members: Iterable[dict[str, Any]]) -> pa.Table:
    """The members as the exact road makes them, a Python value at a time."""
    shape = function_oracle.TableShape()
    items = [to_item(member) for member in members]
    for item in items:
        shape.add(item)
    columns = function_oracle.TableColumns(shape)
    return pa.Table.from_batches([columns.batch(items)], columns.schema)


def types_of(members: Iterable[dict[str, Any]]) -> dict[str, tuple[pa.DataType, str]]:
    schema = pq.read_schema(pa.BufferReader(written(members)))
    return {field.name: (field.type, field.metadata[b"dynamodb"].decode()) for field in schema}


def numbers() -> st.SearchStrategy[Decimal]:
    """DynamoDB's numbers: up to 38 digits, magnitude from 1E-130 to 9.99E+125."""

    def build(digits: int, exponent: int) -> Decimal:
        number = Decimal(digits).scaleb(exponent, Context(prec=38, Emin=-999, Emax=999))
        return number if number == 0 or -130 <= number.adjusted() <= 125 else Decimal(digits)

    whole = st.integers(-(10**38) + 1, 10**38 - 1).map(Decimal)
    cents = st.integers(-(10**9), 10**9).map(lambda number: Decimal(number) / 100)
    edges = st.sampled_from(["9223372036854775807", "9223372036854775808", "-9223372036854775808", "-0", "1E+20"])
    wide = st.builds(build, st.integers(-(10**38) + 1, 10**38 - 1), st.integers(-130, 90))
    return st.one_of(st.integers(-1000, 1000).map(Decimal), cents, whole, edges.map(Decimal), wide)


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
BINARY = st.binary(max_size=12)
SETS = st.one_of(
    st.sets(TEXT.filter(bool), min_size=1, max_size=4),
    st.sets(numbers(), min_size=1, max_size=4),
    st.sets(BINARY.filter(bool), min_size=1, max_size=4),
)
SCALARS = st.one_of(st.none(), st.booleans(), TEXT, numbers(), BINARY)
VALUES = st.recursive(
    SCALARS | SETS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
UNIFORM = [TEXT, numbers(), BINARY, st.booleans(), *(st.lists(scalar, max_size=3) for scalar in (TEXT, numbers()))]
RECORDS = st.fixed_dictionaries({}, optional={"a": numbers(), "b.c": TEXT, "list": st.lists(numbers(), max_size=3)})
MEMBERS = st.one_of(
    st.lists(st.dictionaries(NAMES, VALUES, max_size=6), max_size=6),
    *(st.lists(st.fixed_dictionaries({}, optional={"same": kind}), max_size=8) for kind in [*UNIFORM, RECORDS, SETS]),
)


@example([{"0": {Decimal("0E+2"), Decimal("0.01")}}])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(MEMBERS)
def test_values_come_back_as_they_went_in(members: list[dict[str, Any]]) -> None:
    members = [{**member, "key": str(number)} for number, member in enumerate(members)]  # no item is without a key
    assert read_back(written(members)) == [without_nulls(member) for member in members]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(MEMBERS, st.integers(1, 4))
def test_fast_road_and_exact_road_make_the_same_file(members: list[dict[str, Any]], per_page: int) -> None:
    members = [{**member, "key": str(number)} for number, member in enumerate(members)]
    fast, exact = pq.read_table(pa.BufferReader(written(members, per_page))), by_oracle(members)
    assert fast.schema.equals(exact.schema, check_metadata=True)
    assert [without_order(row) for row in fast.to_pylist()] == [without_order(row) for row in exact.to_pylist()]


def without_order(stored: Any) -> Any:
    """DynamoDB JSON parsed: an object's keys have no order that means anything."""
    match stored:
        case dict():
            return {name: without_order(item) for name, item in stored.items()}
        case list():
            return [without_order(item) for item in stored]
        case str() if stored.startswith("{"):
            with contextlib.suppress(json.JSONDecodeError):
                return json.loads(stored)
    return stored


@pytest.mark.parametrize(
    "text", ["2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01 10:00:00.5", "12:00", "1", "true", "null", "\0", "{}"]
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    members = [{"it": text, "in": {"deep": [text]}, "set": {text}}]
    assert read_back(written(members)) == members


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"Items":[]}', b'{"Items":[],"Count":1}', b'{"Items":[{"a":{"S":"x"}}],"Count":2}', b"\xff"],
)
def test_answer_that_is_not_whole_is_no_page(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="damaged"):
        PageReader().read(body)


def test_place_where_the_scan_goes_on_is_as_botocore_takes_it() -> None:
    key = {"id": {"S": "2020-01-01"}, "sort": {"N": "12.50"}, "binary": {"B": b"\0\xff"}}
    body = dumps({"Items": [{"id": {"S": "a"}}], "Count": 1, "LastEvaluatedKey": key}).encode()
    assert PageReader().read(body).next_key == key


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "ä€𝄞", ""], (pa.string(), "S")),
        ([True, False], (pa.bool_(), "BOOL")),
        ([b"\0\xff", b""], (pa.binary(), "B")),
        ([Decimal(0), Decimal(-3)], (pa.int64(), "N")),
        ([Decimal("1E+3")], (pa.int64(), "N")),
        ([Decimal(2**63 - 1), Decimal(-(2**63))], (pa.int64(), "N")),
        ([Decimal(2**63)], (pa.decimal128(19, 0), "N")),
        ([Decimal("48.50"), Decimal(100)], (pa.decimal128(4, 1), "N")),
        ([Decimal("0.001")], (pa.decimal128(3, 3), "N")),
        ([Decimal("9" * 38)], (pa.decimal128(38, 0), "N")),
        ([Decimal("9" * 38), Decimal("0.1")], (pa.string(), "JSON")),
        ([Decimal("9" * 38), Decimal("1E-38")], (pa.string(), "JSON")),
        ([Decimal("1E-39")], (pa.string(), "JSON")),
        ([Decimal("1E-38")], (pa.decimal128(38, 38), "N")),
        ([Decimal(0), Decimal("0.5")], (pa.decimal128(2, 1), "N")),
        ([Decimal("1E+2"), Decimal("0.5")], (pa.decimal128(4, 1), "N")),
        ([Decimal("9.9E+125")], (pa.string(), "JSON")),
        ([None, None], (pa.string(), "NULL")),
        ([{"x", "y"}], (pa.list_(pa.field("element", pa.string())), "SS")),
        ([{Decimal(1), Decimal("1.5")}], (pa.list_(pa.field("element", pa.decimal128(2, 1))), "NS")),
        ([{b"x"}], (pa.list_(pa.field("element", pa.binary())), "BS")),
        ([["x"], [None], []], (pa.list_(pa.field("element", pa.string())), "L")),
        ([{"a": "x"}, {"b": Decimal(1)}], (pa.struct([("a", pa.string()), ("b", pa.int64())]), "M")),
        ([{}], (pa.string(), "JSON")),
        (["5", Decimal(5)], (pa.string(), "JSON")),
        ([["x"], {"x"}], (pa.string(), "JSON")),
        ([["x", Decimal(1)]], (pa.list_(pa.field("element", pa.string())), "L")),
    ],
)
def test_attribute_gets_the_documented_type(values: list[Any], expected: tuple[pa.DataType, str]) -> None:
    assert types_of([{"it": value} for value in values])["it"] == expected


def test_mixed_elements_of_a_list_are_marked_as_dynamodb_json() -> None:
    element = types_of([{"it": ["x", Decimal(1)]}])["it"][0].value_field
    assert element.metadata == {b"dynamodb": b"JSON"}


def test_map_with_more_keys_than_a_record_has_is_kept_as_dynamodb_json() -> None:
    members = [{"by_day": {f"day-{number}": Decimal(number)}} for number in range(MOST_FIELDS + 1)]
    assert types_of(members[:MOST_FIELDS])["by_day"][1] == "M"
    assert types_of(members)["by_day"] == (pa.string(), "JSON")
    assert read_back(written(members)) == members


def test_one_member_with_200_attributes_of_400_kb_in_all_comes_back() -> None:
    members = [{"plain": "x"}, {f"attribute-{number}": "ä" * 1000 for number in range(200)}]
    assert read_back(written(members)) == members


def test_attribute_that_only_the_last_member_has_is_not_dropped() -> None:
    members: list[dict[str, Any]] = [{"a": Decimal(1)} for _ in range(500)] + [{"new": {"deep": [Decimal("0.1")]}}]
    assert read_back(written(members)) == members


def test_deepest_nesting_of_dynamodb_comes_back() -> None:
    nested: Any = "end"
    for depth in range(31):
        nested = [nested] if depth % 2 else {"in": nested}
    assert read_back(written([{"it": nested}])) == [{"it": nested}]


def test_empty_table_gives_a_readable_file_without_rows() -> None:
    content = written([])
    assert pq.read_table(pa.BufferReader(content)).num_rows == 0


def test_column_order_does_not_depend_on_the_order_of_members() -> None:
    members: list[dict[str, Any]] = [{"b": "x"}, {"a": "x"}, {"c": Decimal(1)}]
    assert list(types_of(members)) == list(types_of(reversed(members))) == ["a", "b", "c"]


def test_infinity_is_no_number_of_dynamodb() -> None:
    with pytest.raises(ValueError, match="no infinity"):
        NumberShape().learn(pa.array(["1", "Infinity"]))


def test_stand_ins_for_botocore_match_boto3s_own_deserializer() -> None:
    member = {"b": b"x", "set": {b"x"}, "nested": {"b": [b"y", None]}}
    restored = {name: TypeDeserializer().deserialize(value) for name, value in to_item(member).items()}
    assert restored == {"b": Binary(b"x"), "set": {Binary(b"x")}, "nested": {"b": [Binary(b"y"), None]}}


def test_unknown_number_column_is_a_whole_number_column() -> None:
    assert column_type(Shape(kinds={"N"})).arrow == pa.int64()


def test_memory_of_row_groups_does_not_grow_with_the_table() -> None:
    def peak(members: int) -> int:
        page = PageReader().read(body_of([to_item({"text": "x" * 10_000})] * 10)).items
        shape = TableShape()
        shape.learn(page)
        before, highest = pa.total_allocated_bytes(), 0
        pages = (pa.RecordBatch.from_struct_array(pa.concat_arrays([page])) for _ in range(members // 10))
        for group in row_groups(TableColumns(shape), pages, target_bytes=1 << 20):
            highest = max(highest, pa.total_allocated_bytes() - before)
            del group
        return highest

    assert peak(4000) <= peak(1000) * 1.1
