"""Groups spooled pages into row groups large enough to read fast and small enough to hold."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from export.columns import TableColumns

ROW_GROUP_BYTES = 32 * 1024 * 1024
"""Arrow bytes (before encoding and compression) after which a row group is written."""


def row_groups(
    columns: TableColumns, pages: Iterable[pa.RecordBatch], target_bytes: int = ROW_GROUP_BYTES
) -> Iterator[pa.Table]:
    """The pages' items as tables of about `target_bytes`; nothing for an empty table."""
    batches: list[pa.RecordBatch] = []
    held = 0
    for page in pages:
        batches.append(columns.batch(page))
        held += batches[-1].nbytes
        if held >= target_bytes:
            yield pa.Table.from_batches(batches, columns.schema)
            batches, held = [], 0
    if batches:
        yield pa.Table.from_batches(batches, columns.schema)
