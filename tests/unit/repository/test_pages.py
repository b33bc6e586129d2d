"""The pages of docs/ that are made from the code say what the code says, and all of it."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from release import commands, errors
from release.cli import parser
from tools.pages import cli
from tools.pages.every import ROOT, pages
from tools.pages.settingskeys import EVERY_KEY, LEAST, keys_of

PAGES = pages()
SOURCES = sorted((ROOT / "release").rglob("*.py"))
KEYS = keys_of(EVERY_KEY.read_text())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_what_make_docs_writes_now(name: str) -> None:
    assert (ROOT / name).read_text() == PAGES[name], f"{name} is not what the code says: python -m tools.pages"


def described(path: Path) -> Iterator[tuple[str, str]]:
    """Each key that ``path`` reads by name, and what it says about it."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            for keyword in call.keywords:
                if keyword.arg == "doc" and isinstance(keyword.value, ast.Constant):
                    yield str(call.args[0].value), str(keyword.value.value)


def test_every_key_that_any_reader_reads_is_on_the_page() -> None:
    """A reader that the file with every key does not reach would read keys that no page names."""
    noted = {(key.name, key.doc) for key in KEYS.keys.values()}
    read = {(*key, str(path.relative_to(ROOT))) for path in SOURCES for key in described(path)}
    assert len(read) > 40
    assert [entry for entry in read if entry[:2] not in noted] == []


def test_release_toml_is_read_in_one_place_only() -> None:
    """A second reader would take keys that nobody describes. sam's own configuration is another file."""
    readers = [str(path.relative_to(ROOT)) for path in SOURCES if "import tomllib" in path.read_text()]
    assert readers == ["release/adoption/samconfig.py", "release/settings/config.py"]


def test_the_least_file_holds_required_keys_only_and_the_full_one_all() -> None:
    least = {key for key, found in keys_of(LEAST.read_text()).keys.items() if found.required}
    assert least <= set(KEYS.keys)
    alone = {(group.table, name) for group in KEYS.either for name in group.names}
    assert alone <= set(KEYS.keys), "each key of which one is enough must be in the file with every key"


def test_a_key_is_described_by_a_sentence() -> None:
    wrong = [key.name for key in KEYS.keys.values() if not key.doc.strip().endswith(".") or key.doc[0].islower()]
    assert wrong == []


def arguments(of: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument, those of all commands too."""
    for action in of._actions:
        yield action
        for sub in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():
            yield from arguments(sub)


def test_every_argument_of_every_command_says_what_it_is() -> None:
    assert [action.dest for action in arguments(parser()) if not action.help and action.dest != "command"] == []


def test_the_command_line_s_page_has_every_command_and_every_exit_code() -> None:
    page = cli.page()
    assert all(f"\n## `release {name}`\n" in page for name in commands.NAMES)
    assert all(f"\n| {code} | {means} |\n" in page for code, means in errors.exit_codes().items())


def test_every_variable_that_the_command_reads_is_on_its_page() -> None:
    read = {name for path in SOURCES for name in re.findall(r"[\"'](RELEASE_[A-Z_]+)[\"']", path.read_text())}
    read.remove("RELEASE_VERSION")  # the functions': their template's copy gets it
    page = cli.page()
    assert len(read) > 8
    assert [name for name in sorted(read) if f"`{name}`" not in page] == []
    assert set(re.findall(r"`(RELEASE_[A-Z_]+)`", page)) <= read, "a variable that nobody reads"


def test_every_refusal_has_an_exit_code_of_its_own_which_the_help_explains() -> None:
    kinds = [kind for kind in errors.ReleaseError.__subclasses__() if kind.__module__ == errors.__name__]
    assert len({kind.exit_code for kind in kinds}) == len(kinds) >= 9
    assert all(kind.means for kind in kinds)
    assert all(f"{kind.exit_code:>3}  {kind.means}" in parser().format_help() for kind in kinds)
