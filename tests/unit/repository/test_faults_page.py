"""Tests are collected by the rows that they name, and a row never stands there without a test or a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.pages import faults
from tools.pages.faults import Shown

CITE = "faults" + ".md, "  # in two pieces: a row named here would be one that this file shows
TABLE = "| # | fault | must | by |\n| --- | --- | --- | --- |\n| 1 | one | so | open: not yet |\n| 2 | two | so |  |\n"
ONE = Shown("tests/a.py", "it holds")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"{CITE}14.", [14]),
        (f"{CITE}8 and 9: why", [8, 9]),
        (f"({CITE}19, 22 and 23)", [19, 22, 23]),
        (f"{CITE}27 to 29", [27, 28, 29]),
        (f"{CITE}1 and {CITE}2", [1, 2]),
        ("faults" + ".md has rows", []),
    ],
)
def test_rows_are_read_in_every_form_that_people_write(text: str, rows: list[int]) -> None:
    assert faults.cited(text) == rows


def test_docstrings_of_tests_and_of_modules_and_texts_of_tables_are_collected(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_a.py").write_text(
        f'"""All of it ({CITE}3)."""\nCASES = ["a mistake ({CITE}4)"]\n'
        f'def test_it_holds() -> None:\n    """{CITE}5: again."""\ndef test_other() -> None: ...\n'
    )
    assert faults.collect(tmp_path / "tests") == {
        3: [Shown("tests/unit/test_a.py", "2 tests: All of it", 2)],
        4: [Shown("tests/unit/test_a.py", "a mistake")],
        5: [Shown("tests/unit/test_a.py", "it holds")],
    }


def test_a_row_gets_its_tests_and_loses_its_reason() -> None:
    page = faults.page(TABLE, {1: [ONE], 2: [ONE, Shown("tests/b.py", "3 tests: all", 3)]})
    assert "| 1 | one | so | [1 test](#1) |" in page
    assert "| 2 | two | so | [4 tests](#2) |" in page
    assert "- it holds ([a](../tests/a.py))" in page
    assert faults.page(page, {1: [ONE], 2: [ONE]}).count("**1** one") == 1, "the list is written anew"


def test_what_is_still_missing_stays_beside_the_tests() -> None:
    page = faults.page(TABLE.replace("so |  |", "so | [9 tests](#2); partly: one half |"), {2: [ONE]})
    assert "| 2 | two | so | [1 test](#2); partly: one half |" in page
    assert "| 1 | one | so | open: not yet |" in page


def test_a_row_without_a_test_and_without_a_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="row 2: no test names it"):
        faults.page(TABLE, {1: [ONE]})


def test_a_test_that_names_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"does not have: \[7\]"):
        faults.page(TABLE, {2: [ONE], 7: [ONE]})
