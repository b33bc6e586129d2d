"""The command's two output streams: text as lines, and a reader that goes away (``release plan | head``)."""

from __future__ import annotations

import os
import signal
import sys
from typing import TextIO

from release.errors import MachineError

#: What a shell shows for a program that a closed pipe ended, as it ends git and ls.
GONE = 128 + signal.SIGPIPE


def write(text: str, stream: TextIO | None) -> int:
    """Write ``text`` and a line break; 0, or the exit code of a stream that does not take it.

    Nothing is raised: what the command did is done, and a refusal must still reach the other stream. A stream that
    failed takes everything from then on, and drops it, so that Python has nothing to complain about at its end.
    """
    if stream is None:  # closed before the command started
        return 0
    try:
        stream.write(f"{text}\n")
    except OSError as error:
        return _failed(stream, error)
    return flush(stream)


def flush(stream: TextIO | None) -> int:
    """Bring what was written to its reader; 0, or the exit code of a stream that does not take it."""
    try:
        if stream is not None:
            stream.flush()
    except OSError as error:
        return _failed(stream, error)
    return 0


def _failed(stream: TextIO | None, error: OSError) -> int:
    assert stream is not None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    if isinstance(error, BrokenPipeError):
        return GONE
    if stream is not sys.stderr:
        write(f"release: the output cannot be written: {error.strerror}", sys.stderr)
    return MachineError.exit_code
