"""A result is bound to the digest, the policy and the day it was made for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from release.adapters.scanstore import ScanStore
from release.errors import GateError
from release.gate.policy import GatePolicy
from release.gate.scanrecord import ScanRecord, checked_record, from_json, record_of, to_json
from release.gate.verdict import Decision, GateOutcome, Verdict, cannot_tell
from tests.support.findings import DATABASE, DIGEST, NOW, accept, policy, verdict, vulnerability


def record(of: Verdict | None = None, rules: GatePolicy | None = None) -> ScanRecord:
    return record_of(
        of or verdict(),
        time=NOW,
        database=DATABASE.updated,
        policy=(rules or policy()).hash,
        scanner="trivy 0.72.0",
        packages=2,
    )


def test_a_record_reads_back_as_it_was() -> None:
    seen = {vulnerability().key: date(2026, 10, 1)}
    written = record(verdict(vulnerability(), seen=seen))
    read = from_json(to_json(written))
    assert read == written
    assert read.findings == {vulnerability().key: (Decision.BLOCKS, date(2026, 10, 1))}
    assert read.first_seen == seen


def test_a_record_says_all_that_a_machine_needs() -> None:
    (finding,) = json.loads(to_json(record(verdict(vulnerability()))))["findings"]
    assert finding["package"] == "PyJWT"
    assert finding["installed"] == "2.8.0"
    assert finding["fixed"] == ["2.13.0"]
    assert finding["layer"] == "sha256:" + "1" * 64
    assert finding["created_by"] == "RUN pip install PyJWT==2.8.0"


def test_a_fresh_pass_of_this_digest_goes_on() -> None:
    checked_record(record(), DIGEST, policy(), NOW + timedelta(hours=24))


@pytest.mark.parametrize(
    ("candidate", "rules", "why"),
    [
        (None, policy(), "never scanned"),
        (replace(record(), digest="sha256:" + "e" * 64), policy(), "the scan at hand is of sha256:eee"),
        (record(verdict(vulnerability())), policy(), "its scan says: block"),
        (record(cannot_tell("export", DIGEST, ["x"])), policy(), "its scan says: cannot tell"),
        (record(), policy(unknown="report"), "another policy"),
        (record(rules=policy(accept=[accept()])), policy(), "another policy"),
        (replace(record(), time=NOW + timedelta(hours=2)), policy(), "in the future"),
        (replace(record(), time=NOW - timedelta(hours=25)), policy(), "older than gate.scan-max-age-hours"),
        (replace(record(), time=NOW - timedelta(hours=2)), policy(scan_max_age_hours=1), "another policy"),
    ],
)
def test_anything_else_does_not(candidate: ScanRecord | None, rules: GatePolicy, why: str) -> None:
    with pytest.raises(GateError) as caught:
        checked_record(candidate, DIGEST, rules, NOW)
    assert why in caught.value.message
    assert caught.value.next_step == "release scan"


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", to_json(record())[:-30], to_json(record()).replace('"format": 1', '"format": 2')],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(GateError, match="not understood"):
        from_json(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [("digest", "latest"), ("policy", "none"), ("outcome", "ok"), ("time", "2026-11-21T12:00:00"), ("findings", [{}])],
)
def test_a_record_with_a_bad_field_is_refused(key: str, value: object) -> None:
    with pytest.raises(GateError, match="not understood"):
        from_json(json.dumps(dict(record().document) | {key: value}))


def test_records_are_found_again_by_image_and_digest(tmp_path: Path) -> None:
    store = ScanStore(tmp_path / "dist")
    assert store.record("export", DIGEST) is None
    path = store.keep(record(), b"{}")
    assert store.record("export", DIGEST) == record()
    assert store.record("report", DIGEST) is None
    assert store.sbom("export", DIGEST) == path.read_bytes() == b"{}"


def test_a_failed_scan_replaces_the_record_of_a_pass(tmp_path: Path) -> None:
    store = ScanStore(tmp_path)
    store.keep(record(), b"{}")
    store.keep(record(cannot_tell("export", DIGEST, ["trivy failed"])), b"")
    kept = store.record("export", DIGEST)
    assert kept is not None
    assert kept.outcome is GateOutcome.CANNOT_TELL
