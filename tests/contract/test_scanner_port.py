"""What every Scanner does: the fake that the stages are tested with, and trivy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rehearsal.cloud import sample_database
from release.adapters.clock import SystemClock
from release.adapters.distribution import Distribution
from release.adapters.layout import read_layout
from release.adapters.toolbox import Cache
from release.adapters.trivy.binary import RECIPE, Installer
from release.adapters.trivy.database import TrivyDatabase
from release.adapters.trivy.scanner import Trivy
from release.errors import ReleaseError
from release.gate.findings import ImageScan, ScanReport
from release.gate.ports import Scanner
from release.releases import codelayout
from tests.fakes.scanner import FakeScanner
from tests.support import databaseregistry
from tests.support.findings import DATABASE, PACKAGES, vulnerability
from tests.support.layeredimage import Image, debian, pip_install

ROOT = Path(__file__).resolve().parents[2]
VULNERABLE = [debian(), pip_install("PyJWT", "2.8.0")]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.oci"
    Image(VULNERABLE).write(path)
    return path


@pytest.fixture
def fake(archive: Path) -> Scanner:
    report = ScanReport("debian", "13.1", packages=PACKAGES, findings=(vulnerability(),))
    return FakeScanner(DATABASE, {archive.name: ImageScan(read_layout(archive).digest, report, b"{}")})


@pytest.fixture
def trivy(tmp_path: Path) -> Iterator[Scanner]:
    binary = Installer(Cache.of(os.environ).root, RECIPE, os.environ, print).binary()
    with databaseregistry.running() as registry:
        item = sample_database.artifact(datetime.now(UTC) - timedelta(minutes=1))
        Distribution(registry.host).push_artifact("trivy-db", item, "2")
        source = TrivyDatabase(tmp_path, f"{registry.host}/trivy-db:2", SystemClock())
        yield Trivy(binary, source, tmp_path / "scratch", os.environ)


@pytest.fixture(params=["fake", pytest.param("trivy", marks=pytest.mark.scanner)])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    chosen: Scanner = request.getfixturevalue(request.param)
    return chosen


def test_a_scan_names_the_digest_the_packages_and_the_findings(scanner: Scanner, archive: Path) -> None:
    assert scanner.name
    assert "vulnerability" in scanner.database().sources
    scan = scanner.archive(archive)
    assert scan.digest == read_layout(archive).digest
    assert "CVE-2026-48526" in {finding.id for finding in scan.report.findings}
    assert {package.ecosystem for package in scan.report.packages} == {"debian", "python-pkg"}
    assert scan.report.doubts == ()
    assert scan.sbom


def test_nothing_is_scanned_before_the_database_is_there(scanner: Scanner, archive: Path) -> None:
    with pytest.raises(ReleaseError):
        scanner.archive(archive)


def test_an_image_that_is_not_named_by_its_digest_is_refused(scanner: Scanner, archive: Path) -> None:
    scanner.database()
    with pytest.raises(ReleaseError, match="not named by its digest"):
        scanner.remote("localhost:5000/export:latest", read_layout(archive))


@pytest.mark.scanner
def test_zip_code_is_scanned_for_its_packages_and_lacks_no_system(trivy: Scanner, tmp_path: Path) -> None:
    """The bundle's code as sam builds it: packages beside the handler, without an installer's records."""
    code = tmp_path / "code"
    (code / "PyJWT-2.8.0.dist-info").mkdir(parents=True)
    (code / "app.py").write_text("handler = 1\n")
    codelayout.write(code, tmp_path / "plain", "Authorizer")
    (code / "PyJWT-2.8.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: PyJWT\nVersion: 2.8.0\n")
    codelayout.write(code, tmp_path / "packages", "Authorizer")
    trivy.database()
    plain, packages = trivy.code(tmp_path / "plain"), trivy.code(tmp_path / "packages")
    assert (plain.report.packages, plain.report.findings, plain.report.doubts) == ((), (), ())
    assert [(each.name, each.version) for each in packages.report.packages] == [("PyJWT", "2.8.0")]
    assert "CVE-2026-48526" in {finding.id for finding in packages.report.findings}
    assert packages.report.doubts == ()
    assert packages.digest == read_layout(tmp_path / "packages").digest
    assert packages.sbom
    with_system = trivy.archive(tmp_path / "packages").report
    assert with_system.doubts == ("no operating system was recognised, so its packages were not looked at",)
