"""Reading a TOML document strictly: each key once, with its type; what nobody read is an error with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from release.errors import UsageError

_T = TypeVar("_T", bool, int, str)
_KINDS = {bool: "true or false", int: "a whole number", str: "a text"}
_HEADER = re.compile(r"\[\[?\s*([^\]]+?)\s*\]\]?")


class Table:
    """One table of release.toml, read key by key.

    Args:
        text: the whole file, to find lines in.
        path: the table's name with dots, "" for the file itself.
        nth: which one it is when several have that name (``[[smoke]]``), from 0.
    """

    def __init__(self, text: str, path: str, values: Mapping[str, Any], nth: int = 0) -> None:
        self.text, self.path, self.values, self.nth = text, path, dict(values), nth
        self.read: set[str] = set()

    def error(self, key: str, problem: str) -> UsageError:
        """The error that ``problem`` with ``key`` ("": with the table) is, with the line it stands on."""
        line = _line_of(self.text, self.path, key, self.nth)
        where = f"release.toml, line {line}" if line else "release.toml"
        return UsageError(
            f"{where}: {f'{self.path}.{key}'.strip('.')} {problem}",
            untouched="everything",
            next_step="correct it and run the same command again",
        )

    def text_of(self, key: str, default: str | None = None, pattern: re.Pattern[str] | None = None) -> str:
        """The string ``key``. Raises UsageError when it is missing, no string, empty or not of the form."""
        value = self.value(key, str, default)
        if key in self.values and not value:
            raise self.error(key, "must not be empty")
        if key in self.values and pattern and not pattern.match(value):
            raise self.error(key, f"has a form that is not allowed: {value!r}")
        return value

    def value(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value ``key`` of exactly this type. Raises UsageError when it is missing without a default."""
        self.read.add(key)
        value = self.values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if type(value) is not kind:
            raise self.error(key, f"must be {_KINDS[kind]}, not {value!r}")
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The list of strings ``key``; never empty."""
        self.read.add(key)
        value = self.values.get(key, list(default))
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
            raise self.error(key, "must be a list of texts" if key in self.values else "is missing")
        return tuple(value)

    def table(self, key: str) -> Table:
        """The sub-table ``key``. Raises UsageError when it is missing."""
        if key not in self.values:
            raise self.error(key, "is missing")
        return Table(self.text, self._below(key), self.mapping(key))

    def mapping(self, key: str) -> Mapping[str, Any]:
        """The sub-table ``key`` as it is; empty when it is missing."""
        self.read.add(key)
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, not {value!r}")
        return value

    def tables(self, key: str) -> Mapping[str, Table]:
        """The tables inside the sub-table ``key``, by name; at least one."""
        found = self.mapping(key)
        if not found:
            raise self.error(key, "is missing: name at least one")
        inner = Table(self.text, self._below(key), found)
        return {name: inner.table(name) for name in found}

    def array(self, key: str, before: int = 0) -> list[Table]:
        """The tables of ``[[key]]``; none when it is missing. ``before``: how many of that name came earlier."""
        self.read.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"must be written as [[{self._below(key)}]]")
        return [Table(self.text, self._below(key), item, before + n) for n, item in enumerate(value)]

    def done(self) -> None:
        """Raises UsageError when a key is left that nobody knows: a misspelt key must not mean its default."""
        for key in self.values:
            if key not in self.read:
                raise self.error(key, f"is not a key that is known here (known: {', '.join(sorted(self.read))})")

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}".lstrip(".")


def _line_of(text: str, path: str, key: str, nth: int) -> int:
    """The line of ``key`` in the ``nth`` table ``path``, as well as a search can tell; else the table's; else 0."""
    current, seen, table_line = "", -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        header = _HEADER.match(stripped)
        if header:
            current = header[1].replace('"', "").replace(" ", "")
            seen += current == path
            if (current == path and seen == nth) or current == f"{path}.{key}".lstrip("."):
                table_line = table_line or number
        elif current == path and max(seen, 0) == nth and re.match(rf'"?{re.escape(key)}"?\s*[.=]', stripped):
            return number
    return table_line
