"""The gate's written policy as frozen values; release/gate/config.py reads it from release.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from packageurl import PackageURL

from release.errors import UsageError
from release.gate.findings import Finding, FindingKind, Severity, normal_name

#: The scanner's rules that are about something Lambda does not do -> why they are accepted, whatever the policy.
#: AWS Lambda developer guide, "Create a Lambda function using a container image": Lambda gives a function a default
#: Linux user with the least privileges, so a Dockerfile needs no USER. trivy-checks, ``docker/root_user.rego``.
ON_LAMBDA: Mapping[str, str] = {
    "DS-0002": "Lambda ignores USER and runs every function as its own user with the least privileges"
}


@dataclass(frozen=True)
class AcceptedRisk:
    """A finding that somebody answers for until a day.

    Attributes:
        expires: the last day on which it holds.
        package, purl, path: exactly one says where it is accepted; the others are "".
        image: narrows it to one image; "" for every.
        line: where ``expires`` stands in release.toml; 0 when nobody knows.
    """

    id: str
    reason: str
    who: str
    expires: date
    package: str = ""
    purl: str = ""
    path: str = ""
    image: str = ""
    line: int = field(default=0, compare=False)

    def covers(self, finding: Finding, image: str) -> bool:
        """Whether this entry is about ``finding`` in ``image``."""
        if self.id not in finding.names or (self.image and self.image != image):
            return False
        if self.path:
            return finding.kind is not FindingKind.VULNERABILITY and finding.where.lstrip("/") == self.path.lstrip("/")
        if self.package:
            return bool(finding.package) and normal_name(finding.package) == normal_name(self.package)
        return purl_covers(self.purl, finding.purl)


@dataclass(frozen=True)
class GatePolicy:
    """What the gate does with what the scanner found.

    Attributes:
        block: severities of vulnerabilities that block; UNKNOWN is not among them, ``unknown_blocks`` decides on it.
        misconfigurations: severities of misconfigurations that block.
        new_only: only vulnerabilities that the live image does not already have block.
        compare_with: the environment whose live images those are; "" when the mode is another one.
        max_acceptance: how far ahead an accepted risk may expire.
        expect: kinds of packages that every image must show, so that an image that hides them cannot pass.
        hash: ``sha256:…`` of the table, so that a result made under another policy is told apart.
    """

    block: frozenset[Severity]
    misconfigurations: frozenset[Severity]
    unknown_blocks: bool
    unfixed_blocks: bool
    end_of_life_blocks: bool
    new_only: bool
    compare_with: str
    database: str
    database_max_age: timedelta
    scan_max_age: timedelta
    max_acceptance: timedelta
    expect: tuple[str, ...]
    vex: tuple[str, ...]
    harmless_warnings: tuple[str, ...]
    accepted: tuple[AcceptedRisk, ...]
    hash: str


def checked_dates(policy: GatePolicy, today: date) -> GatePolicy:
    """``policy``, if every accepted risk holds today.

    Raises:
        UsageError: one has expired, or expires further ahead than the policy itself allows.
    """
    for risk in policy.accepted:
        problem = ""
        if risk.expires < today:
            problem = f"was {risk.expires}; mend the finding, or decide again and write a new date"
        elif risk.expires > today + policy.max_acceptance:
            problem = f"is more than {policy.max_acceptance.days} days ahead (gate.max-acceptance-days)"
        if problem:
            where = f"release.toml, line {risk.line}" if risk.line else "release.toml"
            raise UsageError(
                f"{where}: gate.accept.expires of {risk.id} {problem}",
                untouched="everything",
                next_step="correct it and run the same command again",
            )
    return policy


def purl_covers(pattern: str, purl: str) -> bool:
    """Whether ``purl`` is what ``pattern`` names; a version, qualifier or subpath that it leaves out is covered.

    Package URL specification, "Rules for each purl component"; each qualifier of the pattern must have its very value.
    """
    try:
        wanted, found = PackageURL.from_string(pattern), PackageURL.from_string(purl)
    except ValueError:
        return False
    same = (wanted.type, wanted.namespace, wanted.name) == (found.type, found.namespace, found.name)
    qualifiers = dict(wanted.qualifiers or {}).items() <= dict(found.qualifiers or {}).items()
    version, subpath = wanted.version or found.version, wanted.subpath or found.subpath
    return same and qualifiers and (version, subpath) == (found.version, found.subpath)
