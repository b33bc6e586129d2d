"""The limits that Lambda sets a run: its time and its memory.

A run that nears one ends by itself, with the old file in its place. Lambda's own end of it would be a killed process
and a caller without an answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import DeadlineError, MemoryFullError

if TYPE_CHECKING:
    from shared.api import Remaining

SECONDS_TO_END_CLEANLY = 10.0
BYTES_TO_END_CLEANLY = 128 * 1024 * 1024
"""What a page of each segment, a row group, its encoding and an upload part take at the most, of usual members."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """The memory that this process holds, in bytes (proc(5), /proc/pid/statm: the second number, in pages)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


@dataclass(frozen=True)
class Memory:
    """`limit` is the function's, in bytes; None where nobody sets one."""

    limit: int | None = None
    used: Callable[[], int] = resident

    @classmethod
    def of_lambda(cls, environ: Mapping[str, str]) -> Memory:
        """What Lambda says ("Using Lambda environment variables", AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MB)."""
        size = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        return cls(int(size) * 1024 * 1024 if size.isdecimal() else None)


@dataclass(frozen=True)
class Limits:
    """One run's."""

    remaining: Remaining
    memory: Memory

    def seconds(self) -> float:
        """What is left until the run must begin to end."""
        return self.remaining() - SECONDS_TO_END_CLEANLY

    def check(self) -> None:
        """Raises DeadlineError or MemoryFullError where one is near."""
        if self.seconds() < 0:
            raise deadline()
        if self.memory.limit is not None and self.memory.used() > self.memory.limit - BYTES_TO_END_CLEANLY:
            raise memory_full()


def deadline() -> DeadlineError:
    """What a run says that has no time left."""
    return DeadlineError(
        "The run would not end within the function's time limit; nothing changed. "
        "Raise Timeout of the function in template.yaml, or invoke the function directly instead of over the API."
    )


def memory_full() -> MemoryFullError:
    """What a run says that has no memory left."""
    return MemoryFullError(
        "The table does not fit the function's memory; nothing changed. "
        "Raise MemorySize of the function in template.yaml."
    )
