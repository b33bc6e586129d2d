"""The JSON schemas of the documents beside their readers: both take the same, and refuse the same (faults.md, 56)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from release.deployments.claims import (
    Claim,
    Outcome,
    Result,
    Run,
    Served,
    claim_from,
    claim_json,
    outcome_from,
    outcome_json,
)
from release.errors import ConflictError
from release.images.startfigures import StartFigures
from release.releases.record import from_json, to_json
from tests.unit.releases.test_record import RECORD
from tools.pages.records import DOCUMENTS, meanings, schema

DIGEST = "sha256:" + "a" * 64
CLAIM = Claim(
    environment="production",
    number=12,
    action="deploy",
    release=DIGEST,
    version="1.4.0",
    commit="c" * 40,
    branch="main",
    position=431,
    digests={"export": DIGEST},
    before=11,
    run=Run("octocat", "https://github.com/o/r/actions/runs/1", 1, "runner", 7),
    reason="",
    began="2026-11-25T10:00:00+00:00",
)
OUTCOME = Outcome(
    claim=DIGEST,
    result=Result.PROVEN,
    ended="2026-11-25T10:09:00+00:00",
    seconds={"stack": 61.5, "proof": 2},
    smoke={"answers": ""},
    functions={"ExportFunction": Served("app-Export", "7", DIGEST)},
)
STARTED = {
    name: replace(image, starts={"ExportFunction": StartFigures(0.93, 57_600_000)})
    for name, image in RECORD.images.items()
}
WRITTEN: Mapping[str, tuple[bytes, Callable[[bytes, str], object]]] = {
    "ReleaseRecord": (to_json(replace(RECORD, sboms={"Authorizer": DIGEST}, images=STARTED)), from_json),
    "Claim": (claim_json(CLAIM), claim_from),
    "Outcome": (outcome_json(OUTCOME), outcome_from),
}
ODD: tuple[Any, ...] = (
    *("", "x", "main", "sha256:" + "A" * 64, "2026-11-25T10:00:00", "2026-11-25"),
    *(0, -1, 1, 2, 10**9, 1.5, True, None),
    *([], ["x"], [1], {}, {"a": "b"}, {"a": 1}, {"a": {}}),
)
#: Where only the reader can tell: it asks whether the release has the image that a function runs.
BEYOND = {
    ("ReleaseRecord", where)
    for where in ("images", "images.export", "functions.ExportFunction.image", "functions.CleanFunction.image")
}

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every value inside ``value``, itself included."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def with_value(document: Any, path: Path, value: Any) -> Any:
    """``document`` with ``value`` in that place."""
    if not path:
        return value
    changed = copy.deepcopy(document)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


def without(document: Any, path: Path) -> Any:
    """``document`` without that place."""
    changed = copy.deepcopy(document)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]
    return changed


def variants(document: Any) -> Iterator[tuple[str, Any]]:
    """Where, and the document with something else, nothing, or something more there."""
    for path in places(document):
        where = ".".join(map(str, path))
        for odd in ODD:
            yield where, with_value(document, path, odd)
        if path:
            yield where, without(document, path)
        inside = document
        for key in path:
            inside = inside[key]
        if isinstance(inside, dict):
            yield where, with_value(document, path, inside | {"surprise": "x"})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.kind.__name__)
def test_what_the_schema_takes_the_reader_takes_and_nothing_else(document: Any) -> None:
    name = document.kind.__name__
    content, reader = WRITTEN[name]
    schema_says = Draft202012Validator(schema(document))
    assert schema_says.is_valid(json.loads(content))
    tried = 0
    for where, values in variants(json.loads(content)):
        try:
            reader(json.dumps(values).encode(), "it")
        except ConflictError as refusal:
            taken, why = False, refusal.message
        else:
            taken, why = True, ""
        tried += 1
        if (name, where) in BEYOND and not taken:
            continue
        assert schema_says.is_valid(values) == taken, f"{where} in {json.dumps(values)[:2000]}: {why or 'it is taken'}"
    assert tried > 300


def test_every_key_says_what_it_means() -> None:
    with pytest.raises(ValueError, match="describes"):
        meanings(type("Undescribed", (Run,), {"__doc__": "Attributes:\n    who: somebody.\n"}))
    assert set(meanings(Run)) == {"who", "url", "attempt", "host", "process"}
