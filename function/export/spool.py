"""Scan pages on the function's own disk, between learning the table's shape and writing it.

Reading the table twice instead would give two different states of it, and twice the cost.
"""

import errno
import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import IO, Any, Self

from shared.dynamodb_json import dumps, restore
from shared.errors import DiskFullError

Item = Mapping[str, Mapping[str, Any]]


class Spool:
    """A compressed temporary file of scan pages, one a line; it has no name and is gone when closed.

    `file`, open for reading and writing in binary, takes the temporary file's place.
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file or tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._writer = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=1, mtime=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # closing flushes: on a full disk that fails again, and would hide the error that says so
        with suppress(OSError):
            self._writer.close()
        with suppress(OSError):
            self._file.close()

    def write(self, page: Sequence[Item]) -> None:
        """Adds one page; raises DiskFullError."""
        with _disk():
            self._writer.write(dumps(page).encode() + b"\n")

    def pages(self) -> Iterator[list[Item]]:
        """Every page, in order, as `write` was given it. Ends the writing."""
        with _disk():
            self._writer.close()
        self._file.seek(0)
        with gzip.GzipFile(fileobj=self._file, mode="rb") as reader:
            for line in reader:
                yield [{name: restore(value) for name, value in item.items()} for item in json.loads(line)]


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
