"""The member file as the one table that the figures are computed from."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shared.dynamodb_json import loads
from shared.errors import UnreadableFileError

REGION, MEMBERSHIP_TYPE, STATUS = "region", "membership_type", "status"
BIRTH_DATE, JOINED_ON, LEFT_ON = "birth_date", "joined_on", "left_on"
LABELS = (REGION, MEMBERSHIP_TYPE, STATUS)
DATES = (BIRTH_DATE, JOINED_ON, LEFT_ON)

UNKNOWN = "unknown"


def read_members(content: bytes) -> pd.DataFrame:
    """One row a member: labels as text (UNKNOWN where empty), dates as `date` or None, `has_left`.

    An attribute that no member has is no column of the file: its values are unknown. Raises UnreadableFileError.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        present = [name for name in (*LABELS, *DATES) if name in file.schema_arrow.names]
        table = file.read(columns=present)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            "The member file cannot be read. Generate it again: POST /members/parquet."
        ) from error
    values = {name: _values(table, name, file.metadata.num_rows) for name in (*LABELS, *DATES)}
    members = pd.DataFrame(
        {name: pd.Series(map(_label, values[name]), dtype="object") for name in LABELS}
        | {name: pd.Series(map(_date, values[name]), dtype="object") for name in DATES}
    )
    members["has_left"] = [value not in (None, "") for value in values[LEFT_ON]]
    return members


def stays(members: pd.DataFrame) -> list[tuple[date | None, date | None, bool]]:
    """When each joined and left, as far as it is known, and whether they left."""
    return list(zip(members[JOINED_ON], members[LEFT_ON], members["has_left"], strict=True))


def _values(table: pa.Table, name: str, rows: int) -> list[object]:
    if name not in table.column_names:
        return [None] * rows
    values: list[object] = table[name].to_pylist()
    if (table.schema.field(name).metadata or {}).get(b"dynamodb") == b"JSON":  # mixed types
        return [None if value is None else loads(str(value)) for value in values]
    return values


def _label(value: object) -> str:
    if value is None or isinstance(value, list | dict | set | bytes):
        return UNKNOWN
    if isinstance(value, Decimal):  # a column that holds 7.5 too keeps 7 as 7.0
        return format(value.normalize(), "f")
    return str(value).strip() or UNKNOWN


def _date(value: object) -> date | None:
    """The date in an ISO 8601 text, with or without a time; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None
