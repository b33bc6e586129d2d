"""The one line that would mend a finding."""

from __future__ import annotations

from collections.abc import Iterable

from release.gate.findings import Finding, FindingKind, normal_name
from release.gate.packageversions import PYTHON_ECOSYSTEMS, highest, nearest_fix


def remedy(finding: Finding) -> str:
    """What a person does about this one finding."""
    if finding.kind is FindingKind.SECRET:
        return (
            f"{finding.where}: take the secret out of the build context, replace it where it was issued, and hand it "
            "to the build with --mount=type=secret; deleting it in a later layer does not remove it"
        )
    if finding.kind is FindingKind.MISCONFIGURATION:
        return f"{finding.where}: {finding.advice or finding.title}"
    fix = nearest_fix(finding.ecosystem, finding.installed, finding.fixed)
    return _raise(finding, fix) if fix else _unfixed(finding)


def remedies(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What a person does about all of them: one line per package, raised far enough for every finding."""
    fixes: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    lines: dict[str, None] = {}
    for finding in findings:
        fix = nearest_fix(finding.ecosystem, finding.installed, finding.fixed)
        if fix and finding.kind is FindingKind.VULNERABILITY and finding.ecosystem in PYTHON_ECOSYSTEMS:
            fixes.setdefault((finding.ecosystem, normal_name(finding.package)), (finding, []))[1].append(fix)
        else:
            lines[remedy(finding)] = None
    raised = [_raise(finding, highest(finding.ecosystem, tuple(versions))) for finding, versions in fixes.values()]
    return (*raised, *lines)


def _raise(finding: Finding, version: str) -> str:
    if finding.ecosystem in PYTHON_ECOSYSTEMS:
        return f"pip: raise {finding.package} to {version}"
    how = "a newer base image, or an upgrade step in the Dockerfile"
    return f"{finding.ecosystem}: raise {finding.package} to {version} ({how})"


def _unfixed(finding: Finding) -> str:
    tool = "pip" if finding.ecosystem in PYTHON_ECOSYSTEMS else finding.ecosystem
    return (
        f"{tool}: no fixed version of {finding.package} is published; remove it, or accept {finding.id} in "
        "release.toml with a reason, a name and an expiry"
    )
