"""What comes from a repository acts neither on a terminal nor on a workflow's log."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release import tables
from release.text import Markup, as_json, block, cell, code, line, markdown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain text, ümläut, 漢字, ✨", "plain text, ümläut, 漢字, ✨"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("over\rwritten", "over written"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("a\tb\nc\u2028d\x0be", "a b c d e"),
        ("\ud800", "\\ud800"),
        ("::error::no", "\\x3a:error::no"),
        ("  ::set-output name=x::y", "  \\x3a:set-output name=x::y"),
        ("##[command]x ##[group]", "#\\x23[command]x #\\x23[group]"),
        ("a::b", "a::b"),
    ],
)
def test_line_by_table(written: str, shown: str) -> None:
    assert line(written) == shown


def test_block_keeps_line_breaks_and_stops_commands_on_every_line() -> None:
    assert block("a\r\nb\n::error::x\n\n \t::debug::y") == "a\nb\n\\x3a:error::x\n\n \t\\x3a:debug::y"


@given(st.text(st.characters(), max_size=200))
def test_no_character_that_acts_is_left(text: str) -> None:
    for shown in (line(text), markdown(text)):
        assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
        assert "##[" not in shown
        assert not shown.lstrip().startswith("::")
    assert not [c for c in block(text) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"]
    assert not [row for row in block(text).split("\n") if row.lstrip().startswith("::")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain `code <b>` text", "plain `code <b>` text"),
        ("<b>bold</b>", "\\<b>bold\\</b>"),
        ("![seen](https://example.org/x.png)", "!\\[seen](https://example.org/x.png)"),
        ("\\[a](b) \\<b>", "\\\\\\[a](b) \\\\\\<b>"),
        ("a \\`<b>`", "a \\\\`<b>`"),
        ("odd ` <b>", "odd \\` \\<b>"),
        ("# no heading", "\\# no heading"),
        ("> no quote", "\\> no quote"),
        ("- no list", "\\- no list"),
        ("12. no list", "12\\. no list"),
        ("===", "\\==="),
        ("-1 and 1.0.0 stay", "-1 and 1.0.0 stay"),
        ("1.0.0 stays", "1.0.0 stays"),
        ("a\n# b\r\n::error::c", "a # b ::error::c"),
    ],
)
def test_markdown_by_table(written: str, shown: str) -> None:
    assert markdown(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        ("`a|b`", "`a\\|b`"),
        ("`a\\|b`", "\\`a\\\\\\|b\\`"),
        ("-", "-"),
        ("x\ny", "x y"),
    ],
)
def test_cell_by_table(written: str, shown: str) -> None:
    assert cell(written) == shown


@given(st.text(st.sampled_from("a|\\`\n<[ ")))
def test_no_text_breaks_out_of_its_cell(written: str) -> None:
    """A bar ends a cell unless an odd number of backslashes stands before it (cmark-gfm, ``scanners.re``)."""
    (row,) = tables.markdown(("x",), [(written,)]).splitlines()[2:]
    bars = re.findall(r"(\\*)\|", row)
    assert [len(before) % 2 for before in bars] == [0, *[1] * (len(bars) - 2), 0]


@given(st.text(st.sampled_from("a`\\ <")))
def test_code_holds_any_text_and_ends_where_it_should(text: str) -> None:
    shown = code(text)
    fence = re.match("`+", shown)
    assert fence is not None
    assert fence[0] not in shown[len(fence[0]) : -len(fence[0])]


def test_our_own_markup_is_kept_in_a_cell() -> None:
    row = tables.markdown(("x", "y"), [(Markup("[a](b)"), "[a](b)")]).splitlines()[2]
    assert row == "| [a](b) | \\[a](b) |"


def test_a_cell_on_a_terminal_is_one_harmless_line() -> None:
    assert tables.table(("a",), [("x\x1b[2K\n::error::y",)]).splitlines()[2:] == ["x\\x1b[2K ::error::y"]


@given(st.text(max_size=100))
def test_making_safe_twice_changes_nothing(text: str) -> None:
    assert line(line(text)) == line(text)


@pytest.mark.parametrize("text", ["\n" * 100_000, " " * 100_000, "`" * 100_000, ":" * 100_000, "\x1b" * 100_000])
def test_long_text_is_read_in_one_go(text: str) -> None:
    assert "\x1b" not in block(text) + line(text) + markdown(text)


def test_json_holds_no_command_of_a_runner_and_the_same_data() -> None:
    data = {"subject": "##[group]x ##[error] \x1b \u202e\n::error::x"}
    assert "##[" not in as_json(data)
    assert as_json(data).isascii()
    assert json.loads(as_json(data)) == data
