"""Reading trivy's JSON report strictly: what is not understood becomes a doubt or an error, never silence.

trivy answers with exit code 0 and an empty list in many cases that are not "clean": an unsupported OS, a version it
cannot parse, an image without package metadata. Each of those is turned into a doubt here. The report's form is
``pkg/types/report.go`` of the pinned version; its SchemaVersion is 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from release.adapters.trivy.trivyjson import items, mapping, required, text_of, unreadable
from release.adapters.trivy.trivylog import warnings
from release.gate.findings import Finding, FindingKind, Origin, Package, ScanReport, Severity
from release.gate.packageversions import is_readable

SCHEMA_VERSION = 2

#: The families that trivy 0.72 has advisories for (``pkg/detector/ospkg/detect.go``); of any other it finds nothing.
_FAMILIES = (
    "alma, alpine, amazon, azurelinux, bottlerocket, cbl-mariner, centos, chainguard, coreos, debian, echo, minimos, "
    "opensuse-leap, opensuse-tumbleweed, oracle, photon, redhat, rocky, slem, sles, ubuntu, wolfi"
)
SUPPORTED_FAMILIES = frozenset(_FAMILIES.split(", "))

#: A compiled program's own module often has no version; what it was built from has, and is compared.
_COMPILED = frozenset({"gobinary", "rustbinary"})


def parse_image_report(
    text: str, log: str, image_id: str, *, harmless: Sequence[str] = (), system: bool = True
) -> ScanReport:
    """The report of ``trivy image``.

    Args:
        text: the JSON report. It does not tell the manifest's digest.
        image_id: the digest of the configuration that the scanned manifest names; the report must be about it.
        log: what trivy wrote on standard error.
        harmless: warnings, besides the built-in ones, that the policy declares harmless (beginning of the message).
        system: whether there must be an operating system; a function's code has none.

    Raises:
        Unreadable: it is empty, cut off, of another schema, or about something else.
    """
    document = _document(text, "container_image")
    metadata = mapping(document.get("Metadata", {}), "Metadata")
    if metadata.get("ImageID") != image_id:
        raise unreadable(f"the scanner's report is about image {metadata.get('ImageID')!r}, not {image_id}")
    found = mapping(metadata.get("OS") or {}, "Metadata.OS")
    family, name = text_of(found, "Family"), text_of(found, "Name")
    created = _history(metadata)
    packages: list[Package] = []
    findings: list[Finding] = []
    for result in _results(document):
        packages += _packages(result)
        findings += _findings(result, created, text_of(document, "ArtifactName"))
    doubts, notes = warnings(log, harmless)
    doubts += _system_doubts(family, name, packages) if system else []
    for package in packages:
        if not is_readable(package.ecosystem, package.version):
            own = package.ecosystem in _COMPILED and not package.version
            what = f"{package.name} ({package.ecosystem})"
            (notes if own else doubts).append(
                f"the version {package.version!r} of {what} cannot be compared with advisories"
            )
    return ScanReport(
        family,
        name,
        found.get("EOSL") is True,
        tuple(packages),
        tuple(findings),
        tuple(doubts),
        tuple(notes),
    )


def parse_files_report(text: str, log: str, files: Sequence[str], *, harmless: Sequence[str] = ()) -> ScanReport:
    """The report of ``trivy config`` over ``files``.

    Raises:
        Unreadable: as in parse_image_report.
    """
    document = _document(text, "filesystem")
    results = _results(document)
    doubts, notes = warnings(log, harmless)
    checked = {
        text_of(result, "Target")
        for result in results
        if sum(int(n) for n in (result.get("MisconfSummary") or {}).values()) > 0
    }
    doubts += [f"no check of the scanner applied to {file}" for file in files if file not in checked]
    findings = [finding for result in results for finding in _findings(result, {}, "")]
    return ScanReport(findings=tuple(findings), doubts=tuple(doubts), notes=tuple(notes))


def _document(text: str, artifact: str) -> dict[str, Any]:
    if not text.strip():
        raise unreadable("the scanner printed nothing")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise unreadable(f"the scanner's report is not whole JSON ({error})") from error
    if not isinstance(document, dict):
        raise unreadable("the scanner's report is not a JSON object")
    if document.get("SchemaVersion") != SCHEMA_VERSION:
        raise unreadable(
            f"the scanner's report has schema version {document.get('SchemaVersion')!r}, not {SCHEMA_VERSION}"
        )
    if document.get("ArtifactType") != artifact:
        raise unreadable(f"the scanner's report is about {document.get('ArtifactType')!r}, not {artifact!r}")
    return document


def _results(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    results = document.get("Results") or []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise unreadable("the scanner's report holds results of an unknown form")
    return results


def _system_doubts(family: str, name: str, packages: Sequence[Package]) -> list[str]:
    if not family or family == "none":
        return ["no operating system was recognised, so its packages were not looked at"]
    doubts = []
    if family not in SUPPORTED_FAMILIES:
        doubts.append(f"the scanner has no advisories for the operating system {family} {name}".rstrip())
    if not any(package.ecosystem == family for package in packages):
        doubts.append(f"no package of the operating system {family} {name} was found".rstrip())
    return doubts


def _history(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Diff id -> the instruction that made the layer (OCI image specification, "Image Configuration", history)."""
    config = metadata.get("ImageConfig") or {}
    steps = [step for step in config.get("history") or [] if not step.get("empty_layer")]
    diff_ids = (config.get("rootfs") or {}).get("diff_ids") or []
    if len(steps) != len(diff_ids):
        return {}
    return {diff_id: _instruction(step.get("created_by", "")) for diff_id, step in zip(diff_ids, steps, strict=True)}


def _instruction(created_by: str) -> str:
    return re.sub(r"\s+", " ", created_by.removesuffix("# buildkit")).strip()[:120]


def _origin(value: Mapping[str, Any], created: Mapping[str, str]) -> Origin:
    layer = mapping(value.get("Layer") or {}, "Layer")
    known = created.get(text_of(layer, "DiffID"), "")
    return Origin(
        text_of(layer, "Digest") or text_of(layer, "DiffID"), known or _instruction(text_of(layer, "CreatedBy"))
    )


def _packages(result: Mapping[str, Any]) -> list[Package]:
    ecosystem = text_of(result, "Type")
    return [
        Package(text_of(item, "Name"), _full_version(item), ecosystem, text_of(item, "FilePath"))
        for item in items(result, "Packages")
    ]


def _full_version(item: Mapping[str, Any]) -> str:
    epoch, version, release = item.get("Epoch") or 0, text_of(item, "Version"), text_of(item, "Release")
    return f"{f'{epoch}:' if epoch else ''}{version}{f'-{release}' if release else ''}"


def _findings(result: Mapping[str, Any], created: Mapping[str, str], artifact: str) -> list[Finding]:
    target = text_of(result, "Target")
    # Packages of the system have "artifact (debian 13.1)" as their target, and the artifact may be a temporary folder.
    system = target.removeprefix(artifact).strip(" ()") if artifact else target
    findings = [_vulnerability(item, result, system, created) for item in items(result, "Vulnerabilities")]
    # The image's own configuration has the artifact's name as its file name, and no layer.
    findings += [_secret(item, "" if target == artifact else target, created) for item in items(result, "Secrets")]
    findings += [
        _misconfiguration(item, target) for item in items(result, "Misconfigurations") if item.get("Status") != "PASS"
    ]
    return findings


def _vulnerability(
    item: Mapping[str, Any], result: Mapping[str, Any], place: str, created: Mapping[str, str]
) -> Finding:
    fixed = tuple(part.strip() for part in text_of(item, "FixedVersion").split(",") if part.strip())
    return Finding(
        kind=FindingKind.VULNERABILITY,
        id=required(item, "VulnerabilityID"),
        severity=_severity(item),
        where=text_of(item, "PkgPath") or place,
        title=text_of(item, "Title"),
        aliases=tuple(str(name) for name in item.get("VendorIDs") or ()),
        package=required(item, "PkgName"),
        ecosystem=text_of(result, "Type"),
        installed=text_of(item, "InstalledVersion"),
        fixed=fixed,
        purl=text_of(mapping(item.get("PkgIdentifier") or {}, "PkgIdentifier"), "PURL"),
        origin=_origin(item, created),
        url=text_of(item, "PrimaryURL"),
    )


def _secret(item: Mapping[str, Any], target: str, created: Mapping[str, str]) -> Finding:
    # The match itself is left out on purpose: a report must not spread the secret.
    return Finding(
        kind=FindingKind.SECRET,
        id=required(item, "RuleID"),
        severity=_severity(item),
        where=target or "the image's configuration (environment, labels, history)",
        title=text_of(item, "Title"),
        origin=_origin(item, created),
        line=int(item.get("StartLine") or 0),
    )


def _misconfiguration(item: Mapping[str, Any], target: str) -> Finding:
    cause = mapping(item.get("CauseMetadata") or {}, "CauseMetadata")
    return Finding(
        kind=FindingKind.MISCONFIGURATION,
        id=required(item, "ID"),
        severity=_severity(item),
        where=target,
        aliases=_earlier_names(required(item, "ID")),
        title=text_of(item, "Message") or text_of(item, "Title"),
        line=int(cause.get("StartLine") or 0),
        advice=text_of(item, "Resolution"),
        url=text_of(item, "PrimaryURL"),
    )


def _earlier_names(rule: str) -> tuple[str, ...]:
    """What a rule like DS-0002 was called before, and still is on pages and in comments (trivy-checks, ``aliases``)."""
    short = re.sub(r"\ADS-0(\d{3})\Z", r"DS\1", rule)
    return (f"AVD-{rule}", *([short] if short != rule else []))


def _severity(item: Mapping[str, Any]) -> Severity:
    # No severity record at all means that nobody has rated it.
    text = text_of(item, "Severity") or "UNKNOWN"
    try:
        return Severity(text)
    except ValueError as error:
        raise unreadable(f"the scanner's report names an unknown severity {text!r}") from error
