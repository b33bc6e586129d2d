"""What a reader of release.toml says about each key it reads.

The description stands where the key is read (``table.text_of("region", doc="…")``), so that it cannot drift from the
reader. A table that was given a ``Keys`` notes each key there: docs/release-toml.md and the JSON schema are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ValueKind(StrEnum):
    """What a key's value is, in the words of an error message."""

    TEXT = "a text"
    NUMBER = "a whole number"
    SWITCH = "true or false"
    TEXTS = "a list of texts"
    DATE = "a date"
    TABLE = "a table"
    """Its keys are described on their own."""
    NAMED = "tables by name"
    """``[images.export]``: a table for each name that the adopter chooses."""
    ARRAY = "tables in order"
    """``[[smoke]]``."""
    MAPPING = "names and values"
    """The adopter chooses the names; nothing more is known about them than ``names``, ``holds`` and ``choices``."""


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        table: the table it stands in, with ``<name>`` where the adopter chooses: ``images.<name>``; "" for the file.
        default: the value when it is left out; None with a reason in ``unset``, or when it is required.
        unset: what holds when it is left out, where no single value says it.
        choices: the only values (of a mapping: the only values inside).
        pattern: a regular expression that the whole value matches; of a list or a mapping: each of its values.
        names: a regular expression that the names inside match.
        holds: the types of a mapping's values; empty: any.
        low, high: the least and the greatest number.
        may_be_empty: of a list or text.
    """

    table: str
    name: str
    kind: ValueKind
    doc: str
    required: bool = False
    default: Any = None
    unset: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    names: str = ""
    holds: tuple[type, ...] = ()
    low: int | None = None
    high: int | None = None
    may_be_empty: bool = False


@dataclass(frozen=True)
class Either:
    """Keys of one table of which exactly one must be there."""

    table: str
    names: tuple[str, ...]


@dataclass
class Keys:
    """What was noted while a document was read, in the order of reading, each key once.

    Attributes:
        either: keys of which exactly one must be there.
        completed: a table that something else may complete -> the keys of which it has none then.
    """

    keys: dict[tuple[str, str], Key] = field(default_factory=dict)
    either: dict[Either, None] = field(default_factory=dict)
    completed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, key: Key) -> None:
        """Keep ``key``. Raises AssertionError when two readers describe it differently: which one would be true?"""
        known = self.keys.setdefault((key.table, key.name), key)
        if known != key:
            raise AssertionError(f"{key.table}.{key.name} is described twice: {known} and {key}")
