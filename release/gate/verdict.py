"""The gate's verdict: a pure function of the report, the policy and the day.

Three properties hold, and are tested: adding a finding never turns a refusal into a pass; the order of findings does
not matter; a tighter policy never lets more through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from release.errors import UsageError
from release.gate.database import Database, lacks_system
from release.gate.findings import Finding, Kind, ScanReport, Severity
from release.gate.policy import AcceptedRisk, GatePolicy
from release.gate.remedy import remedies
from release.gate.vex import Statement


class GateOutcome(Enum):
    """What the gate says. Only PASS lets an image through."""

    PASS = "pass"
    BLOCK = "block"
    CANNOT_TELL = "cannot tell"


class Decision(Enum):
    """What the policy says about one finding."""

    BLOCKS = "blocks"
    REPORTED = "reported"
    KNOWN = "known"
    ACCEPTED = "accepted"
    NOT_AFFECTED = "not affected"


@dataclass(frozen=True)
class Judged:
    """A finding with the policy's decision, its reason, and the day it was first seen."""

    finding: Finding
    decision: Decision
    reason: str
    since: date


@dataclass(frozen=True)
class Verdict:
    """The verdict on one image.

    Attributes:
        doubts: why nobody can tell; any of them blocks.
        notes: what a reader should know and what changed nothing (a VEX statement that was not applied).
        used: the accepted risks that covered a finding.
    """

    image: str
    digest: str
    judged: tuple[Judged, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    used: frozenset[AcceptedRisk] = frozenset()

    @property
    def outcome(self) -> GateOutcome:
        """Cannot tell comes first: with a doubt the list of findings may not be the whole list."""
        if self.doubts:
            return GateOutcome.CANNOT_TELL
        return GateOutcome.BLOCK if self.of(Decision.BLOCKS) else GateOutcome.PASS

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that block, worst first."""
        return tuple(judged.finding for judged in self.of(Decision.BLOCKS))

    @property
    def remedies(self) -> tuple[str, ...]:
        """One line per thing to do, for what blocks."""
        return remedies(self.blocking)

    def of(self, decision: Decision) -> tuple[Judged, ...]:
        """The findings with this decision, worst first."""
        return tuple(judged for judged in self.judged if judged.decision is decision)


def judge(
    report: ScanReport,
    policy: GatePolicy,
    database: Database,
    today: date,
    *,
    image: str,
    digest: str,
    vex: Sequence[Statement] = (),
    live: Mapping[str, date] | None = None,
    seen: Mapping[str, date] | None = None,
) -> Verdict:
    """The verdict on ``image``.

    Args:
        report: what the scanner saw, with its doubts.
        live: key of each finding of the image that is live -> the day it was first seen there; None when nothing is
            live, and then everything counts as new.
        seen: key of each finding of the scan before this one -> the day it was first seen.
    """
    known, before = live or {}, seen or {}
    judged = [
        replace(item, since=min(item.since, before.get(item.finding.key, today)))
        for item in (_judge(finding, policy, today, image, digest, vex, known) for finding in set(report.findings))
    ]
    judged.sort(key=_worst_first)
    doubts, notes = _doubts(report, policy, database)
    return Verdict(
        image,
        digest,
        tuple(judged),
        tuple(sorted(set(report.doubts) | doubts)),
        tuple(sorted(set(report.notes) | notes | _vex_notes(report, vex, image, digest))),
        frozenset(risk for risk in policy.accepted for item in judged if risk.covers(item.finding, image)),
    )


def cannot_tell(image: str, digest: str, reasons: Sequence[str]) -> Verdict:
    """The verdict when there is no report at all; ``reasons`` is never empty."""
    return Verdict(image, digest, doubts=tuple(reasons) or ("there is no report",))


def checked_accepted(policy: GatePolicy, verdicts: Sequence[Verdict]) -> None:
    """Raises UsageError when an accepted risk covers nothing in any image of this scan: it is misspelt, or over.

    Not for a scan that could not tell, nor for one of only some images: there a finding may merely not have been seen.
    """
    if any(verdict.doubts for verdict in verdicts):
        return
    used = frozenset[AcceptedRisk]().union(*(verdict.used for verdict in verdicts))
    unused = [risk for risk in policy.accepted if risk not in used]
    if unused:
        names = ", ".join(f"{risk.id} ({risk.package or risk.purl or risk.path})" for risk in unused)
        raise UsageError(
            f"release.toml: gate.accept covers nothing that was found: {names}",
            untouched="the registry and every environment",
            next_step="take the entry out of release.toml, or mend its spelling",
        )


def _judge(
    finding: Finding,
    policy: GatePolicy,
    today: date,
    image: str,
    digest: str,
    vex: Sequence[Statement],
    known: Mapping[str, date],
) -> Judged:
    since = min(known.get(finding.key, today), today)
    for risk in policy.accepted:
        if risk.covers(finding, image) and risk.expires >= today:
            return Judged(finding, Decision.ACCEPTED, f"{risk.reason} ({risk.who}, until {risk.expires})", since)
    for statement in vex:
        applies = statement.names_vulnerability(finding) and statement.names_product(finding, image, digest)
        if applies and not statement.why_not_applied():
            return Judged(finding, Decision.NOT_AFFECTED, f"{statement.justification} ({statement.source})", since)
    blocks, reason = _by_policy(finding, policy)
    if not blocks:
        return Judged(finding, Decision.REPORTED, reason, since)
    # A secret is never excused by being live already: it is readable by everybody who can pull the image.
    if policy.new_only and finding.kind is not Kind.SECRET and finding.key in known:
        return Judged(finding, Decision.KNOWN, f"the live image has it too, since {since}", since)
    return Judged(finding, Decision.BLOCKS, reason, since)


def _by_policy(finding: Finding, policy: GatePolicy) -> tuple[bool, str]:
    """Whether the policy blocks the finding, and the rule that says so."""
    severity = finding.severity.value
    if finding.kind is Kind.SECRET:
        return True, "a secret in a layer blocks, whatever its severity"
    if finding.severity is Severity.UNKNOWN:
        if not policy.unknown_blocks:
            return False, 'severity UNKNOWN (gate.unknown = "report")'
        reason = 'severity UNKNOWN (gate.unknown = "block")'
    elif finding.kind is Kind.MISCONFIGURATION:
        return finding.severity in policy.misconfigurations, f"severity {severity} (gate.misconfigurations)"
    elif finding.severity not in policy.block:
        return False, f"severity {severity} (gate.block)"
    else:
        reason = f"severity {severity} (gate.block)"
    if finding.kind is Kind.VULNERABILITY and not finding.fixed and not policy.unfixed_blocks:
        return False, f'{reason}, no fix published (gate.unfixed = "report")'
    return True, reason


def _doubts(report: ScanReport, policy: GatePolicy, database: Database) -> tuple[set[str], set[str]]:
    doubts = {
        f"no package of kind {kind} was found (gate.expect)"
        for kind in policy.expect
        if not any(package.ecosystem == kind for package in report.packages)
    }
    lacking = lacks_system(database, report.os_family, report.os_name)
    if lacking:
        doubts.add(lacking)
    if not report.end_of_life:
        return doubts, set()
    system = f"{report.os_family} {report.os_name}"
    over = f"{system} is past its end of life: no advisories are published for it any more"
    return (doubts | {over}, set()) if policy.end_of_life_blocks else (doubts, {over})


def _vex_notes(report: ScanReport, vex: Sequence[Statement], image: str, digest: str) -> set[str]:
    """What is to say about statements that took nothing out."""
    notes = set()
    for statement in vex:
        findings = [finding for finding in report.findings if statement.names_vulnerability(finding)]
        name = sorted(statement.names)[0]
        why = statement.why_not_applied()
        if why:
            notes.add(f"VEX not applied: {statement.source} ({name}): {why}")
        elif findings and not any(statement.names_product(finding, image, digest) for finding in findings):
            notes.add(f"VEX not applied: {statement.source} ({name}): none of its products is what was found")
    return notes


def _worst_first(judged: Judged) -> tuple[int, int, str, str, str, str, str]:
    finding = judged.finding
    order = list(Decision).index(judged.decision)
    # repr last, so that equal sets of findings are always in one order
    return (
        order,
        -finding.severity.rank,
        finding.kind.value,
        finding.package,
        finding.id,
        finding.where,
        repr(finding),
    )
