"""The reader of release.toml: what it refuses beyond types, and what it notes about the keys it reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from release.errors import UsageError
from release.toml import Table
from release.tomlkeys import Either, Key, Keys, ValueKind

WORD = re.compile(r"[a-z]+\Z")


def table(text: str, keys: Keys | None = None) -> Table:
    """The whole of ``text`` as a table."""
    return Table(text, "", tomllib.loads(text), keys=keys)


# Each: a document, the reading of it, the words of the refusal.
REFUSED: dict[str, tuple[str, Callable[[Table], Any], str]] = {
    "another choice": (
        'a = "x"',
        lambda t: t.text_of("a", doc="A.", choices=("y", "z")),
        "a must be one of y, z, not 'x'",
    ),
    "blanks only": ('a = " "', lambda t: t.text_of("a", doc="A."), "a must not be empty"),
    "another form": (
        'a = "X"',
        lambda t: t.text_of("a", doc="A.", pattern=WORD, must="be in lower case"),
        "a must be in lower case",
    ),
    "too little": ("a = 0", lambda t: t.value("a", int, 3, doc="A.", low=1), "a must be 1 or more, not 0"),
    "too much": ("a = 9", lambda t: t.value("a", int, 3, doc="A.", low=1, high=8), "a must be from 1 to 8, not 9"),
    "no day": ('a = "2026-12-31"', lambda t: t.date_of("a", doc="A."), "must be a date like 2026-12-31 without quotes"),
    "a moment": ("a = 2026-12-31T10:00:00", lambda t: t.date_of("a", doc="A."), "must be a date like 2026-12-31"),
    "no day at all": ("", lambda t: t.date_of("a", doc="A."), "a is missing"),
    "an empty list": ("a = []", lambda t: t.texts("a", ("x",), doc="A."), "a must not be empty"),
    "a wrong one in a list": ('a = ["x"]', lambda t: t.texts("a", doc="A.", choices=("y",)), "a list of y, not 'x'"),
    "none of several": ("", lambda t: t.exactly_one("a", "b"), "needs exactly one of a, b"),
    "two of several": ("a = 1\nb = 2", lambda t: t.exactly_one("a", "b"), "needs exactly one of a, b"),
    "a name": ("[a.X]", lambda t: t.tables("a", doc="A.", names=WORD, what="a thing"), "a.X is no name for a thing"),
    "a name inside": (
        "[a]\nX = 1",
        lambda t: t.mapping("a", doc="A.", names=WORD, what="a thing"),
        "a.X is no name for a thing",
    ),
    "a type inside": (
        "[a]\nx = 1.5",
        lambda t: t.mapping("a", doc="A.", holds=(str, int, bool)),
        "a.x must be a text, a whole number or true or false, not 1.5",
    ),
    "a choice inside": (
        '[a]\nx = "p"',
        lambda t: t.mapping("a", doc="A.", choices=("q",)),
        "a.x must be one of q, not",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_is_not_allowed_is_refused_with_its_key(case: str) -> None:
    text, read, words = REFUSED[case]
    with pytest.raises(UsageError, match=re.escape(words)):
        read(table(text))


def test_an_empty_list_is_taken_where_it_may_be_empty() -> None:
    assert table("a = []").texts("a", ("x",), doc="A.", may_be_empty=True) == ()


def test_an_empty_text_is_taken_where_it_may_be_empty_and_blanks_are_not() -> None:
    assert table('a = ""').text_of("a", "x", doc="A.", may_be_empty=True) == ""
    with pytest.raises(UsageError, match="must not be empty"):
        table('a = " "').text_of("a", "x", doc="A.", may_be_empty=True)


def test_a_day_is_read_as_a_day() -> None:
    assert table("a = 2026-12-31").date_of("a", doc="A.") == date(2026, 12, 31)


def test_a_mistake_in_an_inline_table_is_named_with_the_line_of_its_key() -> None:
    with pytest.raises(UsageError, match=r"line 3: things\.save\.x must be a text, not 1"):
        table("[things]\na = 1\nsave = { x = 1 }").table("things", doc="T.").mapping("save", doc="S.", holds=(str,))


def test_what_is_read_is_noted_with_its_place_whatever_names_the_adopter_chose() -> None:
    keys = Keys()
    top = table('[images.x]\na = "q"\n[images.y]\na = "r"\n[[smoke]]\nn = 2', keys)
    for image in top.tables("images", doc="I.", names=WORD, what="an image").values():
        image.text_of("a", doc="A.", pattern=WORD)
        image.text_of("b", "d", doc="B.", choices=("d", "e"))
        image.text_of("c", "", doc="C.", unset="none")
    for smoke in top.array("smoke", doc="S."):
        smoke.exactly_one("n", "m")
        smoke.value("n", int, doc="N.", low=1)
    assert list(keys.keys.values()) == [
        Key("", "images", ValueKind.NAMED, "I.", required=True, names=WORD.pattern),
        Key("images.<name>", "a", ValueKind.TEXT, "A.", required=True, pattern=WORD.pattern),
        Key("images.<name>", "b", ValueKind.TEXT, "B.", default="d", choices=("d", "e")),
        Key("images.<name>", "c", ValueKind.TEXT, "C.", unset="none"),
        Key("", "smoke", ValueKind.ARRAY, "S.", default=[]),
        Key("smoke", "n", ValueKind.NUMBER, "N.", required=True, low=1),
    ]
    assert list(keys.either) == [Either("smoke", ("n", "m"))]


def test_two_readers_that_describe_one_key_differently_are_a_mistake_of_ours() -> None:
    top = table("", Keys())
    top.text_of("a", "x", doc="A.")
    with pytest.raises(AssertionError, match="a is described twice"):
        top.text_of("a", "y", doc="A.")
