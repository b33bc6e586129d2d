"""release scan as a stage: whatever goes wrong on the way blocks, and says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from release.errors import GateError, MachineError, ReleaseError, RemoteError, UsageError
from release.gate.database import Database
from release.gate.findings import ImageScan, ScanReport
from release.gate.policy import GatePolicy
from release.gate.ports import Scanner
from release.gate.scan import ScanPlan, ScanTarget, apply, checked
from release.gate.scanrecord import checked_record
from release.gate.verdict import Decision, GateOutcome
from release.oci import OCI_MANIFEST, Layer, Manifest
from tests.fakes.scanner import FakeScanner
from tests.fakes.standingclock import StandingClock
from tests.support.findings import (
    DATABASE,
    DIGEST,
    NOW,
    TODAY,
    accept,
    misconfiguration,
    policy,
    report,
    secret,
    vulnerability,
)

LIVE = "sha256:" + "e" * 64
NEW_ONLY = policy(mode="new-only", compare_with="production")


def manifest(digest: str = DIGEST) -> Manifest:
    layer = Layer("sha256:" + "a" * 64, 1, "application/vnd.oci.image.layer.v1.tar+gzip")
    return Manifest(digest, OCI_MANIFEST, "linux/amd64", layer, (layer,))


EXPORT = ScanTarget("export", manifest(), Path("export.tar"))
REPORT = ScanTarget("report", manifest(LIVE), Path("report.tar"))
LIVE_EXPORT = ScanTarget("export", manifest(LIVE), uri=f"registry/export@{LIVE}")
CLEAN = ImageScan(DIGEST, report(), b"{}")
CLEAN_REPORT = ImageScan(LIVE, report(), b"{}")


def scanner(*scans: ImageScan | ReleaseError, database: Database | ReleaseError = DATABASE, **more: Any) -> FakeScanner:
    names = ["export.tar", "report.tar", f"registry/export@{LIVE}"]
    return FakeScanner(database, dict(zip(names, scans, strict=False)), **more)


def outcomes(fake: Scanner, plan: ScanPlan) -> list[GateOutcome]:
    return [result.verdict.outcome for result in apply(plan, fake, StandingClock(NOW))]


def plan(*targets: ScanTarget, rules: GatePolicy | None = None, **more: Any) -> ScanPlan:
    return ScanPlan(targets or (EXPORT,), rules or policy(), **more)


def test_a_clean_image_passes_and_its_record_lets_its_digest_go_on() -> None:
    (result,) = apply(plan(), scanner(CLEAN), StandingClock(NOW))
    checked([result])
    checked_record(result.record, DIGEST, policy(), NOW)
    assert result.sbom == b"{}"
    assert result.record.database == DATABASE.updated
    assert result.record.scanner == "fake scanner 1.0"


def test_a_vulnerable_image_stops_with_package_and_remedy() -> None:
    results = apply(plan(), scanner(ImageScan(DIGEST, report(vulnerability()), b"{}")), StandingClock(NOW))
    with pytest.raises(GateError) as caught:
        checked(results)
    assert "export: CVE-2026-48526 in PyJWT" in caught.value.message
    assert caught.value.untouched == "the registry and every environment"
    assert caught.value.next_step == "pip: raise PyJWT to 2.13.0"


def test_one_image_that_stops_does_not_hide_the_other() -> None:
    fake = scanner(RemoteError("trivy failed with exit code 1"), CLEAN_REPORT)
    assert outcomes(fake, plan(EXPORT, REPORT)) == [GateOutcome.CANNOT_TELL, GateOutcome.PASS]
    assert fake.scanned == ["export.tar", "report.tar"]


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"updated": NOW - timedelta(hours=49)}, "49 hours old"),
        ({"updated": NOW + timedelta(days=1)}, "in the future"),
        ({"sources": frozenset()}, "holds no severities"),
    ],
)
def test_a_database_that_cannot_be_relied_on_stops_before_any_scan(changes: dict[str, Any], doubt: str) -> None:
    """faults.md, 33."""
    fake = scanner(CLEAN, database=replace(DATABASE, **changes))
    (result,) = apply(plan(), fake, StandingClock(NOW))
    assert result.verdict.outcome is GateOutcome.CANNOT_TELL
    assert any(doubt in said for said in result.verdict.doubts)
    assert fake.scanned == []
    with pytest.raises(GateError, match=doubt):
        checked([result])


@pytest.mark.parametrize("error", [GateError("no database"), MachineError("another checksum"), RemoteError("down")])
def test_without_a_database_nobody_can_tell(error: ReleaseError) -> None:
    """faults.md, 34."""
    (result,) = apply(plan(), scanner(CLEAN, database=error), StandingClock(NOW))
    assert result.verdict.doubts == (error.message,)
    assert result.record.outcome is GateOutcome.CANNOT_TELL


def test_what_a_tool_said_last_is_the_reason() -> None:
    error = RemoteError("trivy failed with exit code 1:\nINFO one\nINFO two\nFATAL no Java database\n")
    (result,) = apply(plan(), scanner(error), StandingClock(NOW))
    assert result.verdict.doubts == ("trivy failed with exit code 1: FATAL no Java database",)


def test_a_scan_of_another_digest_is_no_scan_of_this_one() -> None:
    (result,) = apply(plan(), scanner(replace(CLEAN, digest=LIVE)), StandingClock(NOW))
    assert result.verdict.outcome is GateOutcome.CANNOT_TELL
    assert result.verdict.digest == DIGEST


FILES: dict[str, Any] = {"root": Path("/repo"), "files": ("a/Dockerfile", "b/Dockerfile", "template.yaml")}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("a/Dockerfile", [GateOutcome.BLOCK, GateOutcome.PASS]),
        ("b/Dockerfile", [GateOutcome.PASS, GateOutcome.BLOCK]),
        ("template.yaml", [GateOutcome.BLOCK, GateOutcome.BLOCK]),
    ],
)
def test_a_misconfiguration_stops_the_image_whose_dockerfile_it_is_in_and_in_the_template_every_image(
    where: str, expected: list[GateOutcome]
) -> None:
    """The template is deployed with whichever image, so no image goes on beside what is wrong in it."""
    files = dict.fromkeys(("a/Dockerfile", "b/Dockerfile", "template.yaml"), ScanReport())
    files[where] = ScanReport(findings=(misconfiguration(where=where),))
    around = plan(EXPORT, REPORT, dockerfiles={"export": "a/Dockerfile", "report": "b/Dockerfile"}, **FILES)
    assert outcomes(scanner(CLEAN, CLEAN_REPORT, files=files), around) == expected


def test_a_dockerfile_that_two_images_share_stops_both() -> None:
    files = {"a/Dockerfile": ScanReport(findings=(misconfiguration(where="a/Dockerfile"),))}
    shared = {"export": "a/Dockerfile", "report": "a/Dockerfile"}
    around = plan(EXPORT, REPORT, root=Path("/repo"), files=("a/Dockerfile",), dockerfiles=shared)
    assert outcomes(scanner(CLEAN, CLEAN_REPORT, files=files), around) == [GateOutcome.BLOCK, GateOutcome.BLOCK]


def test_a_file_that_could_not_be_checked_stops_too() -> None:
    bad = {"template.yaml": ScanReport(doubts=("no check of the scanner applied to template.yaml",))}
    around = plan(root=Path("/repo"), files=("template.yaml",))
    assert outcomes(scanner(CLEAN, files=bad), around) == [GateOutcome.CANNOT_TELL]


def test_only_new_findings_block_by_todays_advisories_for_the_live_image() -> None:
    both = ImageScan(DIGEST, report(vulnerability(), secret()), b"{}")
    live = ImageScan(LIVE, report(vulnerability(), secret()), b"{}")
    new_only = plan(rules=NEW_ONLY, live={"export": LIVE_EXPORT})
    (result,) = apply(new_only, scanner(both, CLEAN_REPORT, live), StandingClock(NOW))
    assert [item.finding for item in result.verdict.of(Decision.KNOWN)] == [vulnerability()]
    assert result.verdict.blocking == (secret(),)


def test_a_live_image_that_cannot_be_scanned_excuses_nothing() -> None:
    new_only = plan(rules=NEW_ONLY, live={"export": LIVE_EXPORT})
    fake = scanner(ImageScan(DIGEST, report(vulnerability()), b""), CLEAN_REPORT, RemoteError("no such image"))
    assert outcomes(fake, new_only) == [GateOutcome.CANNOT_TELL]


def test_without_a_look_at_what_is_live_nothing_is_excused_and_the_scan_is_no_refusal() -> None:
    fake = scanner(ImageScan(DIGEST, report(vulnerability()), b""))
    (result,) = apply(plan(rules=NEW_ONLY, live=None), fake, StandingClock(NOW))
    assert result.verdict.outcome is GateOutcome.UNDECIDED
    checked([result])
    with pytest.raises(GateError, match="its scan says: undecided"):
        checked_record(result.record, DIGEST, NEW_ONLY, NOW)


def test_an_image_that_nothing_is_live_for_has_only_new_findings() -> None:
    fake = scanner(ImageScan(DIGEST, report(vulnerability()), b""))
    assert outcomes(fake, plan(rules=NEW_ONLY, live={})) == [GateOutcome.BLOCK]


def test_a_pass_holds_only_beside_the_live_image_that_it_was_compared_with() -> None:
    scans = [ImageScan(digest, report(vulnerability()), b"{}") for digest in (DIGEST, LIVE)]
    fake = scanner(scans[0], CLEAN_REPORT, scans[1])
    (result,) = apply(plan(rules=NEW_ONLY, live={"export": LIVE_EXPORT}), fake, StandingClock(NOW))
    checked_record(result.record, DIGEST, NEW_ONLY, NOW, LIVE)
    for other in ("", "sha256:" + "f" * 64):
        with pytest.raises(GateError, match="was compared with sha256:eee"):
            checked_record(result.record, DIGEST, NEW_ONLY, NOW, other)


def test_the_live_image_is_not_scanned_where_everything_blocks() -> None:
    fake = scanner(CLEAN, CLEAN_REPORT, RemoteError("never asked"))
    assert outcomes(fake, plan(live={"export": LIVE_EXPORT})) == [GateOutcome.PASS]
    assert fake.scanned == ["export.tar"]


def test_what_is_live_is_scanned_by_its_digest() -> None:
    fake = scanner(CLEAN, CLEAN_REPORT, CLEAN_REPORT)
    assert outcomes(fake, plan(LIVE_EXPORT)) == [GateOutcome.PASS]
    assert fake.scanned == [f"registry/export@{LIVE}"]


def test_a_finding_keeps_the_day_of_an_earlier_scan() -> None:
    scan = ImageScan(DIGEST, report(vulnerability()), b"{}")
    (first,) = apply(plan(), scanner(scan), StandingClock(NOW))
    later = replace(DATABASE, updated=NOW + timedelta(days=9), downloaded=NOW + timedelta(days=9))
    clock = StandingClock(NOW + timedelta(days=10))
    (second,) = apply(plan(), scanner(scan, database=later), clock, {"export": first.record})
    assert second.verdict.judged[0].since == TODAY
    assert second.record.first_seen == {vulnerability().key: date(2026, 11, 21)}


def test_an_accepted_risk_that_covers_nothing_is_an_error_only_for_all_images() -> None:
    rules = policy(accept=[accept()])
    with pytest.raises(UsageError, match="covers nothing"):
        apply(plan(rules=rules), scanner(CLEAN), StandingClock(NOW))
    assert outcomes(scanner(CLEAN), plan(rules=rules, whole=False)) == [GateOutcome.PASS]
