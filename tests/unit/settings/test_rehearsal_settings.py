"""``[rehearsal]`` of release.toml."""

from __future__ import annotations

import tomllib

import pytest

from release.errors import UsageError
from release.settings.rehearsal import Edit, RehearsalSpec, parse_rehearsal
from release.toml import Table


def parse(text: str) -> RehearsalSpec:
    whole = f"[rehearsal]\n{text}\n"
    return parse_rehearsal(Table(whole, "rehearsal", tomllib.loads(whole)["rehearsal"]))


def test_without_anything_said_the_story_makes_it_up() -> None:
    assert parse("") == RehearsalSpec()


def test_an_edit_adds_replaces_or_matches() -> None:
    spec = parse(
        'seed = "sh seed.sh"\n'
        'change = { file = "a.py", append = "X = 2", message = "feat: x" }\n'
        'break = { file = "a.py", replace = "ok", with = "no" }\n'
        "break-last = { file = \"release.toml\", match = '^Table = .*?$', with = '' }\n"
    )
    assert spec.seed == "sh seed.sh"
    assert spec.change == Edit("a.py", append="X = 2", message="feat: x")
    assert spec.break_ == Edit("a.py", replace="ok", with_="no")
    assert spec.break_last == Edit("release.toml", match="^Table = .*?$")
    assert spec.vulnerable is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('change = { append = "x" }', "line 2: rehearsal.change.file is missing"),
        ('change = { file = "a" }', "needs exactly one of append, replace, match"),
        ('change = { file = "a", append = "x", replace = "y" }', "needs exactly one of append, replace, match"),
        ('change = { file = "a", append = "x", with = "y" }', "there is neither"),
        ('change = { file = "a", match = "(", with = "y" }', "is no regular expression"),
        ('chnge = { file = "a", append = "x" }', "rehearsal.chnge is not a key that is known here"),
        ('change = { file = "a", append = "x", by = "y" }', "rehearsal.change.by is not a key that is known here"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(line: str, says: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse(line)
    assert says in refusal.value.message
