"""What the story changes in an application's files."""

from __future__ import annotations

import pytest

from rehearsal.story.edits import edited
from rehearsal.story.expectations import NotAsExpected
from release.settings.rehearsal import Edit


def test_a_line_is_added_at_the_end_with_the_files_own_line_ends() -> None:
    edit = Edit("a.py", append="EDITION = 2")
    assert edited(edit, "x = 1\n") == "x = 1\nEDITION = 2\n"
    assert edited(edit, "x = 1") == "x = 1\nEDITION = 2\n"
    assert edited(edit, "x = 1\r\n") == "x = 1\r\nEDITION = 2\r\n"
    assert edited(edit, "") == "EDITION = 2\n"


def test_a_text_is_replaced_as_it_is_written_even_where_it_looks_like_an_expression() -> None:
    assert edited(Edit("a", replace="f(x) + 1", with_=r"\1"), "y = f(x) + 1\n") == "y = \\1\n"


def test_an_expression_may_take_several_lines() -> None:
    edit = Edit("lock.txt", match=r"^jinja2==.*?^(?=\S)", with_="jinja2==2.0\n")
    assert edited(edit, "boto3==1\njinja2==3 \\\n  --hash=x\nurllib3==2\n") == "boto3==1\njinja2==2.0\nurllib3==2\n"


@pytest.mark.parametrize("text", ["nothing", "ok ok"])
def test_a_place_that_is_not_there_or_there_twice_is_not_guessed(text: str) -> None:
    with pytest.raises(NotAsExpected, match="how often a holds 'ok': expected 1, found"):
        edited(Edit("a", replace="ok", with_="no"), text)
