"""The gate in front of the registry: what may go on, and what is scanned to find out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from release.adapters.scanstore import ScanStore
from release.errors import GateError, ReleaseError, RemoteError
from release.gate import gate, scan
from release.gate.findings import ImageScan, ScanReport
from release.gate.gate import Gate, require
from release.gate.policy import GatePolicy
from release.gate.scan import ScanPlan, ScanTarget
from release.gate.verdict import GateOutcome
from release.oci import OCI_MANIFEST, Layer, Manifest
from tests.fakes.scanner import FakeScanner
from tests.fakes.standingclock import StandingClock
from tests.support.findings import DATABASE, DIGEST, NOW, misconfiguration, policy, report, secret, vulnerability

LIVE, OLD = "sha256:" + "e" * 64, "sha256:" + "f" * 64
NEW_ONLY = policy(mode="new-only", compare_with="production")
HIGH = report(vulnerability())


def target(digest: str = DIGEST, archive: str = "") -> ScanTarget:
    layer = Layer("sha256:" + "a" * 64, 1, "application/vnd.oci.image.layer.v1.tar+gzip")
    manifest = Manifest(digest, OCI_MANIFEST, "linux/amd64", layer, (layer,))
    return ScanTarget("export", manifest, Path(archive) if archive else None, "" if archive else f"r/export@{digest}")


ARCHIVE = target(archive="export.tar")
LIVE_NOW = {"export": target(LIVE)}


class Machine:
    """Where commands run one after the other; each has a scanner that knows what it is told."""

    def __init__(self, folder: Path, rules: GatePolicy) -> None:
        self.records, self.rules = ScanStore(folder), rules
        self.scanned: list[str] = []

    def gate(self, scans: Mapping[str, Any], **more: Any) -> Gate:
        names = {"export.tar": DIGEST, f"r/export@{DIGEST}": DIGEST, f"r/export@{LIVE}": LIVE, f"r/export@{OLD}": OLD}
        known = {n: s if isinstance(s, ReleaseError) else ImageScan(names[n], s, b"{}") for n, s in scans.items()}
        fake = FakeScanner(DATABASE, known, **more)
        fake.scanned = self.scanned
        return Gate(self.rules, (), lambda: fake, self.records, StandingClock(NOW))

    def scan(self, seen: ScanReport, live: Mapping[str, ScanTarget] | None = None, **more: Any) -> GateOutcome:
        """``release scan --offline``."""
        files = ("Dockerfile",) if more else ()
        plan = ScanPlan((ARCHIVE,), self.rules, root=Path("/repo"), files=files, live=live)
        results = gate.run(self.gate({"export.tar": seen}, **more), plan)
        scan.checked(results)
        return results[0].verdict.outcome


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, NEW_ONLY)


def test_what_the_live_image_has_too_is_published_after_a_comparison_where_the_registry_can_be_read(
    machine: Machine,
) -> None:
    assert machine.scan(HIGH) is GateOutcome.UNDECIDED
    require(machine.gate({"export.tar": HIGH, f"r/export@{LIVE}": HIGH}), [ARCHIVE], LIVE_NOW)
    record = machine.records.record("export", DIGEST)
    assert record is not None
    assert (record.outcome, record.compared) == (GateOutcome.PASS, LIVE)


def test_what_is_new_is_not_published(machine: Machine) -> None:
    machine.scan(HIGH)
    for live in (LIVE_NOW, {}):
        with pytest.raises(GateError, match="CVE-2026-48526 in PyJWT"):
            require(machine.gate({"export.tar": HIGH, f"r/export@{LIVE}": report()}), [ARCHIVE], live)
        machine.scan(HIGH)


def test_a_live_image_that_cannot_be_scanned_lets_nothing_through(machine: Machine) -> None:
    machine.scan(HIGH)
    scans = {"export.tar": HIGH, f"r/export@{LIVE}": RemoteError("the registry did not answer")}
    with pytest.raises(GateError, match="cannot tell: the registry did not answer"):
        require(machine.gate(scans), [ARCHIVE], LIVE_NOW)


def test_what_is_wrong_with_its_dockerfile_is_not_forgotten_by_the_comparison(machine: Machine) -> None:
    files = {"Dockerfile": ScanReport(findings=(misconfiguration(where="Dockerfile"),))}
    with pytest.raises(GateError):
        machine.scan(HIGH, files=files)
    with pytest.raises(GateError, match="its scan says: block"):
        require(machine.gate({"export.tar": HIGH, f"r/export@{LIVE}": HIGH}), [ARCHIVE], LIVE_NOW)
    assert machine.scanned == ["export.tar"]


def test_a_secret_is_refused_before_any_comparison(machine: Machine) -> None:
    with pytest.raises(GateError):
        machine.scan(report(secret()))
    with pytest.raises(GateError, match="its scan says: block"):
        require(machine.gate({}), [ARCHIVE], LIVE_NOW)


def test_an_archive_that_was_never_scanned_is_not_scanned_here(machine: Machine) -> None:
    with pytest.raises(GateError, match="never scanned on this machine"):
        require(machine.gate({"export.tar": report()}), [ARCHIVE], LIVE_NOW)
    assert machine.scanned == []


def test_a_pass_is_used_again_and_compared_again_when_something_else_is_live(machine: Machine) -> None:
    machine.scan(HIGH)
    scans = {"export.tar": HIGH, f"r/export@{LIVE}": HIGH, f"r/export@{OLD}": report()}
    require(machine.gate(scans), [ARCHIVE], LIVE_NOW)
    machine.scanned.clear()
    require(machine.gate(scans), [ARCHIVE], LIVE_NOW)
    assert machine.scanned == []
    with pytest.raises(GateError, match="CVE-2026-48526"):
        require(machine.gate(scans), [ARCHIVE], {"export": target(OLD)})


def test_a_release_is_promoted_when_all_that_blocks_is_live_already(machine: Machine) -> None:
    scans = {f"r/export@{DIGEST}": HIGH, f"r/export@{LIVE}": HIGH}
    require(machine.gate(scans), [target()], LIVE_NOW)
    with pytest.raises(GateError, match="CVE-2026-48526"):
        require(machine.gate(scans), [target()], {})


def test_where_everything_blocks_an_archive_is_not_scanned_twice_and_nothing_is_compared(tmp_path: Path) -> None:
    machine = Machine(tmp_path, policy())
    assert machine.scan(report()) is GateOutcome.PASS
    require(machine.gate({}), [ARCHIVE], LIVE_NOW)
    with pytest.raises(GateError):
        machine.scan(HIGH)
    with pytest.raises(GateError, match="its scan says: block"):
        require(machine.gate({"export.tar": report()}), [ARCHIVE], LIVE_NOW)
