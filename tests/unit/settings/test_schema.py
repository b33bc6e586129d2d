"""The JSON schema of release.toml beside the command: an editor marks red what is refused, and nothing else."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from release.errors import UsageError
from release.settings.alone import versions_alone
from release.settings.config import parse_table
from release.toml import Table
from tests.support.world import RELEASE_TOML
from tools.pages import schema
from tools.pages.every import ROOT
from tools.pages.settingskeys import EVERY_KEY, LEAST, keys_of

EVERY = tomllib.loads(EVERY_KEY.read_text())
VALIDATOR = Draft4Validator(json.loads(schema.of(keys_of(EVERY_KEY.read_text()))), format_checker=FormatChecker())
ODD: tuple[Any, ...] = (
    "",
    " ",
    "x",
    "X y",
    0,
    -1,
    7,
    10**6,
    1.5,
    True,
    [],
    ["x"],
    [1],
    [""],
    {},
    {"a": "b"},
    {"a": 1.5},
)

Path = tuple[str | int, ...]

#: What only the command can tell: it looks at several keys at once, or at what a text means.
BEYOND: set[Path] = {
    ("required-version",),
    ("environments", "staging"),
    ("environments", "production"),
    ("environments", "production", "proven-in"),
    ("versions", "first-version"),
    ("images", "api", "context"),
    ("images", "api", "dockerfile"),
    ("images", "api", "inputs"),
    ("gate", "compare-with"),
    ("gate", "accept", 0, "id"),
    ("gate", "accept", 1, "id"),
    ("gate", "accept", 1, "purl"),
    ("gate", "accept", 2, "id"),
}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where each value stands, at any depth."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def beyond(path: Path) -> bool:
    """Whether only the command can judge what stands there, or in the list it stands in."""
    if path[0] == "smoke" and path[-1 - isinstance(path[-1], int)] in ("environments", "steps", "save", "key"):
        return True
    if path[0] == "smoke" and "save" in path:  # what a later step names
        return True
    return path in BEYOND or (isinstance(path[-1], int) and path[:-1] in BEYOND)


def changed(path: Path, value: Any) -> dict[str, Any]:
    """The file with every key, with ``value`` in one place."""
    document = copy.deepcopy(EVERY)
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return document


def command_takes(document: dict[str, Any]) -> bool:
    try:
        parse_table(Table("", "", document))
    except UsageError:
        return False
    return True


def schema_takes(document: dict[str, Any]) -> bool:
    return bool(VALIDATOR.is_valid(json.loads(json.dumps(document, default=date.isoformat))))


@pytest.mark.parametrize("path", sorted(places(EVERY), key=str), ids=lambda path: ".".join(map(str, path)))
def test_command_and_schema_agree_on_any_value_in_any_place(path: Path) -> None:
    for value in ODD:
        document = changed(path, value)
        if command_takes(document):
            assert schema_takes(document), f"{value!r} works, and the schema refuses it"
        elif not beyond(path):
            assert not schema_takes(document), f"{value!r} is refused, and the schema takes it"


def test_command_and_schema_agree_on_a_key_too_many_in_any_table() -> None:
    tables = [path for path in places(EVERY) if isinstance(changed(path, None) and at(path), dict)]
    free = {
        "parameters",
        "bumps",
        "json",
        "headers",
        "save",
        "args",
        "body",
        "payload",
        "key",
        "secret-headers",
        "start-env",
    }
    named = {"images", "environments"}
    for path in tables:
        if path[-1] in free | named:
            continue
        document = changed((*path, "misspelt"), "x")
        assert not command_takes(document), path
        assert not schema_takes(document), path


def at(path: Path) -> Any:
    """What stands there in the file with every key."""
    inner: Any = EVERY
    for key in path:
        inner = inner[key]
    return inner


def test_command_and_schema_agree_on_a_key_that_is_missing() -> None:
    for path in places(EVERY):
        if isinstance(path[-1], int):
            continue
        document = copy.deepcopy(EVERY)
        inner: Any = document
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        if command_takes(document) or path == ("images",):  # the template may name them
            assert schema_takes(document), path
        elif not beyond(path):
            assert not schema_takes(document), path


@pytest.mark.parametrize(
    ("table", "taken"),
    [
        ({"group": "ai"}, True),
        ({"group": "ai", "max-size": "250 MB", "start-env": {"MODEL": "small"}, "repository": "orders/x"}, True),
        ({"group": "ai", "context": "api"}, False),
        ({"dockerfile": "Dockerfile", "parameter": "ImageUri"}, False),
        ({"grop": "ai"}, False),
        ({}, False),
    ],
)
def test_a_table_that_completes_an_image_of_the_template_needs_no_other_key(table: dict[str, Any], taken: bool) -> None:
    assert schema_takes(changed(("images", "api"), table)) is taken


@pytest.mark.parametrize("text", [RELEASE_TOML, LEAST.read_text(), (ROOT / "release.toml").read_text()])
def test_files_that_work_are_valid(text: str) -> None:
    assert schema_takes(tomllib.loads(text))


@pytest.mark.parametrize("others", [(), ("required-version",), ("project",), ("gate", "required-version")])
@pytest.mark.parametrize("versions", [("versions",), ()])
def test_command_and_schema_agree_on_a_file_that_only_names_versions(
    versions: tuple[str, ...], others: tuple[str, ...]
) -> None:
    document = {key: EVERY[key] for key in (*versions, *others)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in document.items() if isinstance(value, str)]
    text = "\n".join([*lines, *(f"[{key}]" for key, value in document.items() if isinstance(value, dict))])
    assert schema_takes(document) == (versions_alone(text) is not None)


def test_the_schema_is_a_schema() -> None:
    Draft4Validator.check_schema(VALIDATOR.schema)
