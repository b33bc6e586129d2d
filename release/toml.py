"""Reading a TOML document strictly: each key once, with its type; what nobody read is an error with its line.

A file from history is read leniently: the command that wrote it knew other keys, so what is not understood is noted,
and what is missing is its default, or empty. Nobody can correct a file of last year on the way back.

Every method that reads a key takes ``doc``: what the key means, for the page and the schema that are made from the
readers (release/tomlkeys.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from release.errors import UsageError
from release.tomlkeys import Either, Key, Keys, ValueKind
from release.tomllines import line_of

_T = TypeVar("_T", bool, int)
_V = TypeVar("_V", bool, int, str)
_KINDS: Mapping[type, ValueKind] = {bool: ValueKind.SWITCH, int: ValueKind.NUMBER}


class Table:
    """One table of release.toml, read key by key.

    Args:
        text: the whole file, to find lines in.
        path: the table's name with dots, "" for the file itself.
        nth: which one it is when several have that name (``[[smoke]]``), from 0.
        form: ``path`` with ``<name>`` where the adopter chooses the name; default: ``path``.
        keys: where to note what is read.
        notes: of a file from history: what was not as a present file must be. None: the file is a present one.
    """

    def __init__(
        self,
        text: str,
        path: str,
        values: Mapping[str, Any],
        nth: int = 0,
        *,
        form: str = "",
        keys: Keys | None = None,
        notes: list[str] | None = None,
    ) -> None:
        self.text, self.path, self.values, self.nth = text, path, dict(values), nth
        self.form, self.keys, self.notes = form or path, keys, notes
        self.read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def error(self, key: str, problem: str) -> UsageError:
        """The error that ``problem`` with ``key`` ("": with the table) is, with the line it stands on."""
        line = self.line_of(key)
        where = f"release.toml, line {line}" if line else "release.toml"
        return UsageError(
            f"{where}: {f'{self.path}.{key}'.strip('.')} {problem}",
            untouched="everything",
            next_step="correct it and run the same command again",
        )

    def line_of(self, key: str) -> int:
        """The line of ``key`` in the file, else that of the table; 0 when nobody can tell."""
        outer, _, last = self.path.rpartition(".")
        return line_of(self.text, self.path, key, self.nth) or line_of(self.text, outer, last, self.nth)

    def refuse(self, key: str, problem: str) -> None:
        """Raise the error that ``problem`` with ``key`` is; of a file from history it is only noted."""
        error = self.error(key, problem)
        if self.notes is None:
            raise error
        self.notes.append(error.message.partition(": ")[2])

    def text_of(
        self,
        key: str,
        default: str | None = None,
        *,
        doc: str,
        pattern: re.Pattern[str] | None = None,
        must: str = "",
        choices: Sequence[str] = (),
        unset: str = "",
        may_be_empty: bool = False,
    ) -> str:
        """The string ``key``; ``default`` when it is missing.

        Args:
            must: for the error, what a value must do that ``pattern`` does not match: "name the base by digest".
            unset: for the page, what holds without the key, where ``default`` does not say it.

        Raises:
            UsageError: it is missing without a default, no string, empty, or not of the form.
        """
        facts = {"pattern": _source(pattern), "choices": tuple(choices), "may_be_empty": may_be_empty}
        self._note(key, ValueKind.TEXT, doc, default, unset, **facts)
        value = self._of_type(key, str, ValueKind.TEXT, default)
        if key not in self.values:
            return value
        if choices and value not in choices:
            self.refuse(key, f"must be one of {', '.join(choices)}, not {value!r}")
            return default or choices[0]
        if not value.strip() and not (may_be_empty and value == ""):
            self.refuse(key, "must not be empty")
        elif pattern and not pattern.match(value):
            self.refuse(key, f"must {must}" if must else f"has a form that is not allowed: {value!r}")
        return value

    def value(
        self,
        key: str,
        kind: type[_T],
        default: _T | None = None,
        *,
        doc: str,
        low: int | None = None,
        high: int | None = None,
    ) -> _T:
        """The switch or number ``key``. Raises UsageError when it is missing without a default, or out of bounds."""
        self._note(key, _KINDS[kind], doc, default, low=low, high=high)
        value = self._of_type(key, kind, _KINDS[kind], default)
        if (low is not None and value < low) or (high is not None and value > high):
            self.refuse(key, f"must be {_bounds(low, high)}, not {value}")
        return value

    def date_of(self, key: str, *, doc: str) -> date:
        """The day ``key``, written without quotes. Raises UsageError when it is missing or something else."""
        self._note(key, ValueKind.DATE, doc)
        value = self.values.get(key)
        if value is None:
            self.refuse(key, "is missing")
        elif isinstance(value, datetime) or not isinstance(value, date):
            self.refuse(key, f"must be a date like 2026-12-31 without quotes, not {value!r}")
        else:
            return value
        return date.min

    def texts(
        self,
        key: str,
        default: tuple[str, ...] | None = None,
        *,
        doc: str,
        choices: Sequence[str] = (),
        unset: str = "",
        may_be_empty: bool = False,
    ) -> tuple[str, ...]:
        """The list of strings ``key``, none of them empty. Raises UsageError when it is missing without a default."""
        self._note(key, ValueKind.TEXTS, doc, default, unset, choices=tuple(choices), may_be_empty=may_be_empty)
        value = self.values.get(key, default if default is None else list(default))
        if value is None:
            self.refuse(key, "is missing")
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.refuse(key, "must be a list of texts")
            return default or ()
        if key in self.values and not value and not may_be_empty:
            self.refuse(key, "must not be empty")
        if choices and (wrong := [v for v in value if v not in choices]):
            self.refuse(key, f"must be a list of {', '.join(choices)}, not {wrong[0]!r}")
        return tuple(v for v in value if not choices or v in choices)

    def exactly_one(self, *names: str) -> str:
        """Which of the keys ``names`` is there. Raises UsageError when it is none or more than one.

        In a file from history it is "" then.
        """
        if self.keys is not None:
            self.keys.either[Either(self.form, names)] = None
        found = [name for name in names if name in self.values]
        if len(found) != 1:
            self.refuse("", f"needs exactly one of {', '.join(names)}")
            return ""
        return found[0]

    def table(self, key: str, *, doc: str, required: bool = True) -> Table:
        """The sub-table ``key``; empty when it is missing and not ``required``. Raises UsageError otherwise."""
        self._note(key, ValueKind.TABLE, doc, None if required else {})
        if required and key not in self.values:
            self.refuse(key, "is missing")
        return self._inner(key, self._mapping(key))

    def tables(
        self, key: str, *, doc: str, names: re.Pattern[str], what: str, elsewhere: str = ""
    ) -> Mapping[str, Table]:
        """The tables inside the sub-table ``key``, by name; at least one.

        Args:
            names: what each name must match.
            what: for the error, what it names: "an image (a-z, 0-9, -; at most 31)".
            elsewhere: for the page and the schema, what else may name them, before the file is read.
        """
        self._note(key, ValueKind.NAMED, doc, unset=elsewhere, names=_source(names))
        found = self._mapping(key)
        if not found:
            self.refuse(key, "is missing: name at least one")
        outer = self._inner(key, found)
        kept = {}
        for name, value in found.items():
            if not names.match(name):
                outer.refuse(name, f"is no name for {what}")
            if isinstance(value, dict):
                kept[name] = outer._inner(name, value, form=f"{outer.form}.<name>")
            else:
                outer.refuse(name, f"must be a table, not {value!r}")
        return kept

    def array(self, key: str, *, doc: str, before: int = 0) -> list[Table]:
        """The tables of ``[[key]]``; none when it is missing. ``before``: how many of that name came earlier."""
        self._note(key, ValueKind.ARRAY, doc, [])
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(key, f"must be written as [[{self._below(key)}]]")
            return []
        return [self._inner(key, item, before + n) for n, item in enumerate(value)]

    def mapping(
        self,
        key: str,
        *,
        doc: str,
        holds: tuple[type, ...] = (),
        names: re.Pattern[str] | None = None,
        what: str = "",
        choices: Sequence[str] = (),
        pattern: re.Pattern[str] | None = None,
        must: str = "",
    ) -> Mapping[str, Any]:
        """Names and values that the adopter chooses; empty when ``key`` is missing.

        Args:
            holds: the types of the values; empty: any.
            names: what each name must match; ``what`` it names is for the error.
            choices: the only values.
            pattern: what each value must match, when they are texts; ``must``: what that means, for the error.
        """
        patterns = {"names": _source(names), "pattern": _source(pattern)}
        self._note(key, ValueKind.MAPPING, doc, {}, "", **patterns, holds=tuple(holds), choices=tuple(choices))
        found = self._mapping(key)
        inner = self._inner(key, found, self.nth)
        kept = {}
        for name, value in found.items():
            if names and not names.match(name):
                inner.refuse(name, f"is no name for {what}")
            elif holds and type(value) not in holds:
                inner.refuse(name, f"must be {_either(holds)}, not {value!r}")
            elif choices and value not in choices:
                inner.refuse(name, f"must be one of {', '.join(choices)}, not {value!r}")
            elif pattern and not pattern.match(value):
                inner.refuse(name, f"must {must}, not {value!r}")
            else:
                kept[name] = value
        return kept

    def completed_by(self, key: str, *, unless: tuple[str, ...]) -> None:
        """Take what stands in the sub-table ``key`` where this table says nothing itself.

        The command writes that table, so it is not documented. Raises UsageError: it is no table.

        Args:
            unless: for the schema, the keys of which a table that is completed has none; what is required is required
                of the others only.
        """
        if self.keys is not None:
            self.keys.completed[self.form] = unless
        brought = self._mapping(key)
        self.values = {**brought, **{name: value for name, value in self.values.items() if name != key}}

    def former(self, *keys: str) -> None:
        """Keys that earlier commands needed: they say nothing any more, so they may stay and are not documented."""
        self.read |= set(keys)

    def done(self) -> None:
        """Raises UsageError when a key is left that nobody knows: a misspelt key must not mean its default."""
        for key in self.values:
            if key not in self.read:
                self.refuse(key, f"is not a key that is known here (known: {', '.join(sorted(self.read))})")

    def _note(self, key: str, kind: ValueKind, doc: str, default: Any = None, unset: str = "", **facts: Any) -> None:
        self.read.add(key)
        if self.keys is not None:
            required = default is None and not unset
            self.keys.note(Key(self.form, key, kind, doc, required, None if unset else default, unset, **facts))

    def _of_type(self, key: str, kind: type[_V], words: str, default: _V | None) -> _V:
        value: object = self.values.get(key, default)
        if value is None:
            self.refuse(key, "is missing")
        elif not isinstance(value, kind) or type(value) is not kind:  # True is an int, too
            self.refuse(key, f"must be {words}, not {value!r}")
        else:
            return value
        return kind() if default is None else default

    def _mapping(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table, not {value!r}")
            return {}
        return value

    def _inner(self, key: str, values: Mapping[str, Any], nth: int = 0, form: str = "") -> Table:
        form = form or f"{self.form}.{key}".lstrip(".")
        return Table(self.text, self._below(key), values, nth, form=form, keys=self.keys, notes=self.notes)

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}".lstrip(".")


def _source(pattern: re.Pattern[str] | None) -> str:
    return pattern.pattern if pattern else ""


def _either(types: tuple[type, ...]) -> str:
    words = [str({str: ValueKind.TEXT, int: ValueKind.NUMBER, bool: ValueKind.SWITCH}[kind]) for kind in types]
    return ", ".join(words[:-1]) + " or " * (len(words) > 1) + words[-1]


def _bounds(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"{low} or more" if high is None else f"{high} or less"
