"""Files that the command writes where it was told to: made before anything else is done, or refused by name.

A path is tried first and written last, so a wrong one costs nobody a scan or the report of a deployment.
"""

from __future__ import annotations

from pathlib import Path

from release.errors import MachineError, UsageError


def tried(path: str, named_by: str) -> Path:
    """``path``, its folders made; what stands in the file stays, and no empty one is left.

    Args:
        named_by: the option or the environment variable that names it.

    Raises:
        UsageError: no file can be written there.
    """
    place = Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        there = place.exists()
        with place.open("ab"):
            pass
        if not there:
            place.unlink()
    except OSError as error:
        raise UsageError(
            f"{named_by} names {path}, where no file can be written: {error.strerror}",
            untouched="everything",
            next_step="name a file in a folder that can be written, then run the same command again",
        ) from error
    return place


def append(place: Path, content: bytes, named_by: str) -> None:
    """Add ``content`` to a file that was tried. Raises MachineError when the disk does not take it."""
    _put(place, content, named_by, "ab")


def write(place: Path, content: bytes, named_by: str) -> None:
    """Have ``content`` alone in a file that was tried. Raises MachineError when the disk does not take it."""
    _put(place, content, named_by, "wb")


def _put(place: Path, content: bytes, named_by: str, mode: str) -> None:
    try:
        with place.open(mode) as sink:
            sink.write(content)
    except OSError as error:
        raise MachineError(
            f"{named_by} names {place}, which could not be written: {error.strerror}",
            untouched="what the command did besides is done",
            next_step="free the disk, then run the same command again",
        ) from error
