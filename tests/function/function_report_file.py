"""A small member file for the report's tests, with every kind of value that a figure must cope with."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MEMBERS: list[dict[str, Any]] = [
    {
        "region": "Utrecht",
        "membership_type": "Gewoon",
        "status": "active",
        "birth_date": "2007-03-30",
        "joined_on": "2020-05-01",
    },
    {
        "region": "Utrecht",
        "membership_type": "Gewoon",
        "status": "ended",
        "birth_date": "2007-03-31",
        "joined_on": "2020-01-01",
        "left_on": "2024-06-30",
    },
    {
        "region": " ",
        "membership_type": "Jeugd",
        "status": "active",
        "birth_date": "1944-02-29T00:00:00Z",
        "joined_on": "no date",
    },
    {"region": None, "membership_type": "Gewoon", "status": "active", "birth_date": "", "left_on": "somewhen"},
]


def parquet(rows: list[dict[str, Any]], names: tuple[str, ...] | None = None) -> bytes:
    columns = names or ("region", "membership_type", "status", "birth_date", "joined_on", "left_on")
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns})
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()
