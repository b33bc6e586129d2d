"""What a scanner found, in the gate's own words. All frozen; nothing here decides anything (verdict.py does)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum


class Severity(Enum):
    """A vulnerability's severity, lowest first. UNKNOWN means that nobody has rated it, not that it is harmless."""

    UNKNOWN = "UNKNOWN"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """Place in the order of severities; UNKNOWN is 0."""
        return list(Severity).index(self)


class FindingKind(Enum):
    """What sort of finding it is."""

    VULNERABILITY = "vulnerability"
    SECRET = "secret"
    MISCONFIGURATION = "misconfiguration"


@dataclass(frozen=True)
class Origin:
    """The layer a finding came in with.

    Attributes:
        layer: the layer's digest as the registry stores it, or "" when the finding is in no layer.
        created_by: the Dockerfile instruction that made it, as the image's history tells, or "".
    """

    layer: str = ""
    created_by: str = ""

    def __str__(self) -> str:
        if not self.layer:
            return self.created_by
        return f"{self.layer} ({self.created_by})" if self.created_by else self.layer


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        id: ``CVE-…`` or ``GHSA-…``; for secrets and misconfigurations the rule's name.
        aliases: other names of the same vulnerability.
        where: the file it was found in; for OS packages the distribution.
        ecosystem: the scanner's word for the package's kind (``python-pkg``, ``debian``); "" without a package.
        fixed: the versions that no longer have it, as published; empty when there is none.
        line: line in ``where``, or 0.
        advice: what the rule's author says to do; for vulnerabilities "".
    """

    kind: FindingKind
    id: str
    severity: Severity
    where: str
    title: str = ""
    aliases: tuple[str, ...] = ()
    package: str = ""
    ecosystem: str = ""
    installed: str = ""
    fixed: tuple[str, ...] = ()
    purl: str = ""
    origin: Origin = Origin()
    line: int = 0
    advice: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """Names the finding across images and versions: one vulnerability of one package is one finding."""
        subject = f"{self.ecosystem}/{normal_name(self.package)}" if self.package else self.where
        return f"{self.kind.value}:{self.id}:{subject}"

    @property
    def names(self) -> frozenset[str]:
        """Every identifier that this finding goes by."""
        return frozenset((self.id, *self.aliases))


@dataclass(frozen=True)
class Package:
    """One installed package that the scanner saw. ``path`` is the file that declares it, or ""."""

    name: str
    version: str
    ecosystem: str
    path: str = ""


@dataclass(frozen=True)
class ScanReport:
    """What one scan saw.

    Attributes:
        doubts: why the report may lack findings; a single one means that nobody can tell whether the image is clean.
        notes: what the scanner said besides, worth showing.
    """

    os_family: str = ""
    os_name: str = ""
    end_of_life: bool = False
    packages: tuple[Package, ...] = ()
    findings: tuple[Finding, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def joined(self, others: Iterable[ScanReport]) -> ScanReport:
        """This report with the findings, doubts and notes of ``others``; the image itself stays this one's."""
        result = self
        for other in others:
            result = replace(
                result,
                findings=result.findings + other.findings,
                doubts=result.doubts + other.doubts,
                notes=result.notes + other.notes,
            )
        return result


@dataclass(frozen=True)
class ImageScan:
    """One image, scanned.

    Attributes:
        digest: the manifest's digest, worked out from the very bytes that were scanned.
        sbom: a CycloneDX document of what is in it.
    """

    digest: str
    report: ScanReport
    sbom: bytes


def normal_name(package: str) -> str:
    """A package's name so that spellings compare equal (PyPA, "Names and normalization": case, and runs of ``-_.``)."""
    return re.sub(r"[-_.]+", "-", package).lower()
