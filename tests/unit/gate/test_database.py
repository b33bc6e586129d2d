"""The database's age and schema, which the scanner never checks (faults.md, 33)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud.sample_database import database_file
from release.adapters.trivy.database import read_database
from release.errors import GateError
from release.gate.database import database_doubts, is_current, parse_metadata
from tests.support.findings import DATABASE, NOW

MAX_AGE = timedelta(hours=48)


def metadata(**changes: Any) -> str:
    values = {
        "Version": 2,
        "NextUpdate": "2026-11-22T00:00:00.123456789Z",
        "UpdatedAt": "2026-11-21T10:00:00+01:00",
        "DownloadedAt": "2026-11-21T11:00:00Z",
    }
    return json.dumps({key: value for key, value in (values | changes).items() if value is not None})


def test_go_times_are_read_with_their_nanoseconds_and_zones() -> None:
    database = parse_metadata(metadata(), frozenset(), "r")
    assert database.updated == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert database.next_update == datetime(2026, 11, 22, 0, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        metadata()[:-5],
        metadata(Version=None),
        metadata(Version="2"),
        metadata(UpdatedAt=None),
        metadata(UpdatedAt="yesterday"),
        metadata(UpdatedAt="2026-11-21T10:00:00"),
        metadata(NextUpdate=7),
    ],
)
def test_metadata_that_is_not_understood_blocks(text: str) -> None:
    with pytest.raises(GateError, match=r"metadata\.json is not understood"):
        parse_metadata(text, frozenset(), "r")


def test_a_fresh_database_gives_no_doubt() -> None:
    assert database_doubts(DATABASE, NOW, MAX_AGE) == ()


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"updated": NOW - timedelta(hours=49)}, "49 hours old"),
        ({"updated": NOW + timedelta(hours=1)}, "in the future"),
        ({"version": 1}, "schema version 1"),
        ({"version": 3}, "schema version 3"),
        ({"downloaded": datetime.min.replace(tzinfo=UTC)}, "not downloaded to its end"),
        ({"downloaded": NOW + timedelta(hours=1)}, "not downloaded to its end"),
        ({"sources": frozenset()}, "holds no severities"),
        ({"sources": frozenset({"vulnerability", "debian 13"})}, "holds no advisories for Python packages"),
    ],
)
def test_a_database_that_cannot_be_relied_on_gives_a_doubt(changes: dict[str, Any], doubt: str) -> None:
    doubts = database_doubts(replace(DATABASE, **changes), NOW, MAX_AGE)
    assert any(doubt in said for said in doubts)


def test_the_limit_itself_is_not_too_old() -> None:
    assert database_doubts(replace(DATABASE, updated=NOW - MAX_AGE), NOW, MAX_AGE) == ()


def test_a_database_is_current_until_the_next_one_is_due() -> None:
    assert is_current(DATABASE, NOW)
    assert not is_current(DATABASE, DATABASE.next_update)
    assert not is_current(replace(DATABASE, downloaded=NOW + timedelta(days=1)), NOW)
    assert not is_current(replace(DATABASE, version=1), NOW)


def test_a_database_on_disk_is_read(tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text(metadata())
    (tmp_path / "trivy.db").write_bytes(database_file())
    assert "debian 13" in read_database(tmp_path, "r").sources


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "missing or unreadable"),
        ({"metadata.json": metadata().encode()}, "missing or unreadable"),
        ({"trivy.db": database_file()}, "missing or unreadable"),
        ({"metadata.json": metadata().encode(), "trivy.db": b""}, "missing or unreadable"),
        ({"metadata.json": metadata().encode(), "trivy.db": database_file()[:9000]}, "corrupt"),
        ({"metadata.json": metadata().encode(), "trivy.db": b"x" * 9000}, "corrupt"),
        ({"metadata.json": b"\xff", "trivy.db": database_file()}, "missing or unreadable"),
        ({"metadata.json": b"{}", "trivy.db": database_file()}, "not understood"),
    ],
)
def test_a_database_missing_or_corrupt_on_disk_blocks(tmp_path: Path, files: dict[str, bytes], what: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(GateError, match=what):
        read_database(tmp_path, "r")
