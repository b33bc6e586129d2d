"""Findings, reports, policies and databases for tests of the gate, with defaults that pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from release.gate.config import parse_policy
from release.gate.database import Database
from release.gate.findings import Finding, FindingKind, Origin, Package, ScanReport, Severity
from release.gate.judging import judge
from release.gate.policy import GatePolicy, checked_dates
from release.gate.verdict import Verdict
from release.gate.vex import ImageName
from release.toml import Table

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DIGEST = "sha256:" + "d" * 64
LAYER = "sha256:" + "1" * 64

DATABASE = Database(
    version=2,
    updated=NOW - timedelta(hours=3),
    next_update=NOW + timedelta(hours=3),
    downloaded=NOW - timedelta(hours=1),
    sources=frozenset({"vulnerability", "data-source", "pip::GitHub Security Advisory Pip", "debian 13"}),
    repository="localhost:5000/trivy-db:2",
)

PACKAGES = (Package("base-files", "13.8", "debian"), Package("PyJWT", "2.8.0", "python-pkg"))


def vulnerability(id: str = "CVE-2026-48526", **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.VULNERABILITY,
        "id": id,
        "severity": Severity.HIGH,
        "where": "var/task/pyjwt-2.8.0.dist-info/METADATA",
        "title": "Public-key JWK accepted as HMAC secret",
        "package": "PyJWT",
        "ecosystem": "python-pkg",
        "installed": "2.8.0",
        "fixed": ("2.13.0",),
        "purl": "pkg:pypi/pyjwt@2.8.0",
        "origin": Origin(LAYER, "RUN pip install PyJWT==2.8.0"),
    }
    return Finding(**(values | changes))


def secret(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.SECRET,
        "id": "github-pat",
        "severity": Severity.LOW,
        "where": "/var/task/credentials",
        "origin": Origin(LAYER, "COPY . ."),
        "line": 1,
    }
    return Finding(**(values | changes))


def misconfiguration(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.MISCONFIGURATION,
        "id": "DS-0017",
        "severity": Severity.HIGH,
        "where": "function/Dockerfile",
        "advice": "Combine 'RUN apt-get update' and 'RUN apt-get install' in one instruction",
    }
    return Finding(**(values | changes))


def report(*findings: Finding, **changes: Any) -> ScanReport:
    values: dict[str, Any] = {"os_family": "debian", "os_name": "13.1", "packages": PACKAGES, "findings": findings}
    return ScanReport(**(values | changes))


def policy(**changes: Any) -> GatePolicy:
    table = {"block": ["HIGH", "CRITICAL"]} | {key.replace("_", "-"): value for key, value in changes.items()}
    return read_policy(table)


def read_policy(table: Mapping[str, Any], today: date = TODAY) -> GatePolicy:
    """The policy that these values of ``[gate]`` make, on that day."""
    return checked_dates(parse_policy(Table("", "gate", table)), today)


def verdict(*findings: Finding, **changes: Any) -> Verdict:
    rules = changes.pop("policy", policy())
    names = {key: changes.pop(key) for key in ("digest", "repository", "architecture") if key in changes}
    image = ImageName(changes.pop("image", "export"), **({"digest": DIGEST} | names))
    return judge(report(*findings), rules, DATABASE, TODAY, image=image, **changes)


def accept(**changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": "CVE-2026-48526",
        "package": "PyJWT",
        "reason": "tokens are verified with one algorithm family only",
        "who": "member-services",
        "expires": date(2026, 12, 31),
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}
