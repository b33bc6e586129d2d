"""A release's record: canonical bytes, and refused where it is not what this command writes (faults.md, 56)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import ConflictError
from release.images.startfigures import StartFigures
from release.releases.record import RecordedFunction, RecordedImage, RecordedVerdict, ReleaseRecord, from_json, to_json

RECORD = ReleaseRecord(
    project="app",
    version="1.4.0-rc.7",
    commit="c" * 40,
    branch="main",
    position=431,
    source="https://example.com/app",
    created="2026-11-25T10:00:00+00:00",
    template="template.yaml",
    images={"export": RecordedImage("app/export", "sha256:" + "1" * 64, "0" * 16, "linux/amd64", 123)},
    functions={"ExportFunction": RecordedFunction("export", "live"), "CleanFunction": RecordedFunction("", "")},
    verdicts={"export": RecordedVerdict("pass", "f" * 16, ("CVE-2026-1", "CVE-2026-2"))},
    settings='[project]\nname = "app"\n',
)


def changed(**values: Any) -> bytes:
    return json.dumps(json.loads(to_json(RECORD)) | values).encode()


def test_a_record_comes_back_as_it_was_written() -> None:
    assert from_json(to_json(RECORD), "v1") == RECORD


STARTS = {"ExportFunction": StartFigures(0.93, 57_600_000)}


def test_a_record_of_a_command_that_kept_no_start_figures_is_read() -> None:
    """Releases of before stay deployable, and what they do not tell is not made up."""
    written = json.loads(to_json(RECORD))
    del written["images"]["export"]["starts"]
    assert from_json(json.dumps(written).encode(), "v1") == RECORD
    assert not RECORD.images["export"].starts


def test_start_figures_come_back_as_they_were_written() -> None:
    record = replace(RECORD, images={"export": replace(RECORD.images["export"], starts=STARTS)})
    assert from_json(to_json(record), "v1") == record


@pytest.mark.parametrize(
    "starts", [[], {"F": {"seconds": 1.0}}, {"F": {"seconds": -1.0, "memory": 1}}, {"F": {"seconds": "1", "memory": 1}}]
)
def test_start_figures_that_are_none_are_refused(starts: Any) -> None:
    image = json.loads(to_json(RECORD))["images"]["export"] | {"starts": starts}
    with pytest.raises(ConflictError):
        from_json(changed(images={"export": image}), "v1")


@given(st.permutations(["a", "b", "c"]))
def test_equal_records_are_equal_bytes_whatever_the_order_they_were_made_in(order: list[str]) -> None:
    images = dict.fromkeys(order, RECORD.images["export"])
    functions = {"Export": RecordedFunction("a", "")}
    record = replace(RECORD, images=images, functions=functions, verdicts={})
    assert to_json(record) == to_json(replace(record, images=dict(sorted(images.items()))))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(schema=2), "schema is 2"),
        (changed(surprise=1), "surprise is not a key"),
        (changed(version=7), "version is 7"),
        (changed(position="431"), "position is '431'"),
        (changed(position=True), "position is True"),
        (changed(commit="main"), "commit is 'main'"),
        (changed(functions={"F": {"image": "gone", "alias": ""}}), "runs image gone"),
        (changed(images={"export": {"digest": "latest"}}), "missing"),
        (changed(images=[]), "no attribute"),
        (to_json(RECORD)[:-1], "cannot be read"),
        (to_json(RECORD)[:20], "cannot be read"),
        (b"", "cannot be read"),
        (b"[]", "no object"),
        (b"[" * 100_000, "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_what_this_command_does_not_write_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(ConflictError, match=said):
        from_json(content, "record v1.4.0")


def test_a_record_without_a_key_is_refused() -> None:
    for key in json.loads(to_json(RECORD)):
        values = json.loads(to_json(RECORD))
        del values[key]
        with pytest.raises(ConflictError):
            from_json(json.dumps(values).encode(), "record")
