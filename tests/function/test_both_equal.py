"""The export's file of generated members is cell by cell what the exact road makes of them (faults.md, 51)."""

import io
import json
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import function_oracle
import pyarrow as pa
import pyarrow.parquet as pq
from test_export_types import without_order

from bench.awsdouble import items
from export.columns import TableColumns
from export.itempages import PageReader, together
from export.row_groups import row_groups
from export.shape import TableShape
from export.spool import Spool
from shared.dynamodb_json import restore

MEMBERS = int(os.environ.get("EQUAL_MEMBERS", "1228"))
"""More of them by hand: the exact road takes two minutes for 100,000, on a quiet core."""
PER_PAGE = 600


def chunks() -> Iterator[list[bytes]]:
    """A page's items, each as DynamoDB writes it."""
    waiting = items(MEMBERS)
    while chunk := list(islice(waiting, PER_PAGE)):
        yield chunk


def parsed(chunk: list[bytes]) -> list[dict[str, Any]]:
    return [{name: restore(cell) for name, cell in json.loads(item).items()} for item in chunk]


def written() -> bytes:
    content, shape, reader = io.BytesIO(), TableShape(), PageReader()
    with Spool() as spool:
        bodies = (b'{"Items":[' + b",".join(chunk) + b'],"Count":%d}' % len(chunk) for chunk in chunks())
        for page in together((reader.read(body).items for body in bodies), target_bytes=1 << 19):
            shape.learn(page)
            spool.write(page)
        columns = TableColumns(shape)
        with pq.ParquetWriter(content, columns.schema, compression="zstd") as writer:
            for group in row_groups(columns, spool.pages(), target_bytes=1 << 18):
                writer.write_table(group)
    return content.getvalue()


def test_every_cell_of_generated_members_is_what_the_exact_road_makes() -> None:
    shape = function_oracle.TableShape()
    for chunk in chunks():
        for item in parsed(chunk):
            shape.add(item)
    exact = function_oracle.TableColumns(shape)
    file = pq.ParquetFile(pa.BufferReader(written()))
    assert file.schema_arrow.equals(exact.schema, check_metadata=True)
    assert file.metadata.num_row_groups > 1
    rows = (row for batch in file.iter_batches(PER_PAGE) for row in batch.to_pylist())
    for chunk in chunks():
        for row in exact.batch(parsed(chunk)).to_pylist():
            assert without_order(next(rows)) == without_order(row)
    assert next(rows, None) is None
