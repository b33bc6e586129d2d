"""What starting an image takes and gives, and how the latter is kept beside the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from release import documents
from release.images.model import Archive
from release.settings.functionenv import StartSettings

_SCHEMA = 1


@dataclass(frozen=True)
class StartRequest:
    """One start. ``env`` is the whole environment that the image gets, but the address of the runtime interface."""

    archive: Archive
    platform: str
    settings: StartSettings
    env: Mapping[str, str]


@dataclass(frozen=True)
class Started:
    """How one start went.

    Attributes:
        seconds: until it asked for an event; None: it never did.
        memory: bytes that it held then; None: not known.
        problem: why it never did, with the runtime's own words; "" when it did.
    """

    seconds: float | None
    memory: int | None
    problem: str = ""


@dataclass(frozen=True)
class StartRecord:
    """What the starts of one image gave, kept beside the archive: function -> how it went."""

    image: str
    digest: str
    size: int
    functions: Mapping[str, Started]


def to_json(record: StartRecord) -> bytes:
    """The record as it is kept."""
    return documents.encode(_SCHEMA, asdict(record))


def from_json(content: bytes, where: str) -> StartRecord:
    """The record that was kept. Raises ConflictError: it is none of this command's."""
    return documents.decode(content, _SCHEMA, where, _built)


def _built(values: dict[str, Any]) -> StartRecord:
    functions = {name: documents.checked(Started, one) for name, one in values.pop("functions").items()}
    for name, one in functions.items():
        numbers = type(one.seconds) in (int, float, type(None)) and type(one.memory) in (int, type(None))
        if not numbers or not isinstance(one.problem, str) or (one.seconds is None) != bool(one.problem):
            raise ValueError(f"the start of {name} is {one}")
    if not functions:
        raise ValueError("it has no start")
    return documents.checked(StartRecord, {**values, "functions": functions})
