"""Scan pages on the function's own disk, between learning the table's shape and writing it.

Reading the table twice instead would give two different states of it, and twice the cost.
"""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import IO, Self

import pyarrow as pa

from shared.errors import DiskFullError

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
IN_MEMORY_BYTES = 16 * 1024 * 1024
"""Below this much a table never touches the disk."""


class Spool:
    """A temporary file of scan pages, each an Arrow stream of its own; it has no name and is gone when closed.

    `file`, open for reading and writing in binary, takes the temporary file's place.
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file or tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed by __exit__
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # closing flushes: on a full disk that fails again, and would hide the error that says so
        with suppress(OSError):
            self._file.close()

    def write(self, items: pa.StructArray) -> None:
        """Adds one page, a struct array with a row per item; raises DiskFullError."""
        if not len(items):
            return
        sink = pa.BufferOutputStream()
        batch = pa.RecordBatch.from_struct_array(items)
        with pa.ipc.new_stream(sink, batch.schema, options=_COMPRESSED) as stream:
            stream.write_batch(batch)
        with _disk():
            content = sink.getvalue()
            self._file.write(len(content).to_bytes(8, "big"))
            self._file.write(content)
        self._pages += 1

    def pages(self) -> Iterator[pa.RecordBatch]:
        """Every page, in order, a column per attribute. Ends the writing."""
        with _disk():
            self._file.flush()
        self._file.seek(0)
        for _ in range(self._pages):
            size = int.from_bytes(self._file.read(8), "big")
            with pa.ipc.open_stream(pa.py_buffer(self._file.read(size))) as stream:
                yield from stream


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFullError(
            "The table does not fit the function's temporary disk; nothing changed. "
            "Raise EphemeralStorage of the function in template.yaml."
        ) from error
