"""The gate's judgement: a pure function of the report, the policy and the day.

Three properties hold, and are tested: adding a finding never turns a refusal into a pass; the order of findings does
not matter; a tighter policy never lets more through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from release.gate.database import Database, lacks_system
from release.gate.findings import Finding, FindingKind, ScanReport, Severity
from release.gate.policy import ON_LAMBDA, GatePolicy
from release.gate.verdict import Decision, Judged, Verdict
from release.gate.vex import ImageName, Statement, last_word
from release.gate.vex import notes as vex_notes

NOTHING: Mapping[str, date] = {}


def judge(
    report: ScanReport,
    policy: GatePolicy,
    database: Database,
    today: date,
    *,
    image: ImageName,
    vex: Sequence[Statement] = (),
    live: Mapping[str, date] | None = NOTHING,
    seen: Mapping[str, date] = NOTHING,
) -> Verdict:
    """The verdict on ``image``.

    Args:
        report: what the scanner saw, with its doubts.
        live: key of each finding of the image that is live -> the day it was first seen there; empty when nothing is
            live, and then everything counts as new; None when nobody looked.
        seen: key of each finding of the scan before this one -> the day it was first seen.
    """
    names = frozenset[str]().union(*(finding.names for finding in report.findings))
    said = [statement for statement in vex if not names.isdisjoint(statement.names)]
    judged = [
        replace(item, since=min(item.since, seen.get(item.finding.key, today)))
        for item in (_judge(finding, policy, today, image, said, live) for finding in set(report.findings))
    ]
    judged.sort(key=_worst_first)
    doubts, notes = _doubts(report, policy, database)
    return Verdict(
        image.name,
        image.digest,
        tuple(judged),
        tuple(sorted(set(report.doubts) | doubts)),
        tuple(sorted(set(report.notes) | notes | vex_notes(said, report.findings, image))),
        frozenset(risk for risk in policy.accepted for item in judged if risk.covers(item.finding, image.name)),
    )


def _judge(
    finding: Finding,
    policy: GatePolicy,
    today: date,
    image: ImageName,
    vex: Sequence[Statement],
    live: Mapping[str, date] | None,
) -> Judged:
    since = min((live or NOTHING).get(finding.key, today), today)
    for risk in policy.accepted:
        if risk.covers(finding, image.name) and risk.expires >= today:
            return Judged(finding, Decision.ACCEPTED, f"{risk.reason} ({risk.who}, until {risk.expires})", since)
    statement = last_word(vex, finding, image)
    if statement and not statement.why_not_applied():
        return Judged(finding, Decision.NOT_AFFECTED, f"{statement.justification} ({statement.source})", since)
    if finding.kind is FindingKind.MISCONFIGURATION and finding.id in ON_LAMBDA:
        return Judged(finding, Decision.ACCEPTED, ON_LAMBDA[finding.id], since)
    blocks, reason = _by_policy(finding, policy)
    if not blocks:
        return Judged(finding, Decision.REPORTED, reason, since)
    # A secret is never excused by being live already: it is readable by everybody who can pull the image. And what is
    # wrong with a file is not seen in the live image.
    if policy.new_only and finding.kind is FindingKind.VULNERABILITY:
        if live is None:
            return Judged(finding, Decision.UNDECIDED, f"{reason}, unless {policy.compare_with} has it too", since)
        if finding.key in live:
            reason = f"the live image of {policy.compare_with} has it too, since {since}"
            return Judged(finding, Decision.KNOWN, reason, since)
    return Judged(finding, Decision.BLOCKS, reason, since)


def _by_policy(finding: Finding, policy: GatePolicy) -> tuple[bool, str]:
    """Whether the policy blocks the finding, and the rule that says so."""
    severity = finding.severity.value
    if finding.kind is FindingKind.SECRET:
        return True, "a secret in a layer blocks, whatever its severity"
    if finding.severity is Severity.UNKNOWN:
        if not policy.unknown_blocks:
            return False, 'severity UNKNOWN (gate.unknown = "report")'
        reason = 'severity UNKNOWN (gate.unknown = "block")'
    elif finding.kind is FindingKind.MISCONFIGURATION:
        return finding.severity in policy.misconfigurations, f"severity {severity} (gate.misconfigurations)"
    elif finding.severity not in policy.block:
        return False, f"severity {severity} (gate.block)"
    else:
        reason = f"severity {severity} (gate.block)"
    if finding.kind is FindingKind.VULNERABILITY and not finding.fixed and not policy.unfixed_blocks:
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
