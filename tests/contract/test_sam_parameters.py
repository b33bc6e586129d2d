"""Template parameters arrive as they are: sam's own code reads the file that the adapter writes for it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from release.adapters.samparameters import document
from release.adapters.toolbox import LOCKS, Cache, Toolbox, Venv

READS = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
json.dump(CfnParameterOverridesType().convert((sys.argv[1],), None, None), sys.stdout)
"""
#: Every character that sam, a shell, JSON or a file format gives a meaning.
SPECIAL = ("\\", '"', "'", " ", "=", "\n", "a")
NAMED = {
    "a path of Windows": "C:\\Users\\new\\",
    "nested JSON": json.dumps({"a": {"b": [1, 'say "hi"', "C:\\x\\"], "c": json.dumps({"d": "\\"})}}),
    "JSON in quotes": json.dumps(json.dumps({"a": "b"})),
    "a quoted word": '"word"',
    "one quote": '"',
    "an unclosed quote": "it's",
    "assignments": "a=1 b=2 ParameterKey=x,ParameterValue=y",
    "a URL": "https://host.test/path?a=b&c=d#e",
    "a file's address": "file:///etc/passwd",
    "a list": "a, b ,c",
    "lines": "-----BEGIN X-----\nabc\n-----END X-----\n",
    "spaces around": "  a  ",
    "tab": "a\tb",
    "another alphabet": "größe 日本 🚀",
    "empty": "",
    "a number": "007",
    "a word that YAML knows": "no",
    "an option": "--no-execute-changeset",
    "a regular expression": r"^\w+\.(js|py)$ \"\'\ ",
}


@pytest.fixture(scope="module")
def sam() -> Venv:
    """sam's own virtual environment."""
    return Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam")


def arrived(sam: Venv, parameters: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What sam makes of ``parameters``."""
    file = folder / "parameters.toml"
    file.write_text(document(parameters), encoding="ascii")
    done = subprocess.run(
        [sam.python, "-c", READS, f"file://{file}"], capture_output=True, text=True, check=True, timeout=120
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def combinations() -> Iterator[str]:
    """Each text of up to five special characters."""
    for length in range(6):
        yield from ("".join(letters) for letters in itertools.product(SPECIAL, repeat=length))


def test_every_combination_of_special_characters_arrives_unchanged(sam: Venv, tmp_path: Path) -> None:
    parameters = {f"P{number}": value for number, value in enumerate(combinations())}
    assert len(parameters) == sum(7**length for length in range(6))
    assert arrived(sam, parameters, tmp_path) == parameters


def test_what_people_put_into_parameters_arrives_unchanged(sam: Venv, tmp_path: Path) -> None:
    parameters = {f"P{number}": value for number, value in enumerate(NAMED.values())}
    assert arrived(sam, parameters, tmp_path) == parameters
