"""A verdict in words: lines for a terminal, Markdown for the job summary."""

from __future__ import annotations

from collections.abc import Sequence

from release import tables, text
from release.gate.findings import Finding
from release.gate.scanrecord import ScanRecord
from release.gate.verdict import Decision, GateOutcome, Judged, Verdict

_HEADLINES = {
    Decision.BLOCKS: "blocks",
    Decision.UNDECIDED: "undecided: blocks unless the live image has it too",
    Decision.KNOWN: "known, the live image has it too",
    Decision.REPORTED: "reported",
    Decision.ACCEPTED: "accepted",
    Decision.NOT_AFFECTED: "not affected",
}
_MARKS = {
    GateOutcome.PASS: "✅",
    GateOutcome.UNDECIDED: "⏳",
    GateOutcome.BLOCK: "⛔",
    GateOutcome.CANNOT_TELL: "❔",
}


def terminal(verdict: Verdict, record: ScanRecord) -> list[str]:
    """The verdict as harmless lines, the most important first: the outcome, why, what to do."""
    lines = [f"{verdict.image} {verdict.digest}", f"  {verdict.outcome.value}: {_summary(verdict, record)}"]
    lines += [f"  cannot tell: {doubt}" for doubt in verdict.doubts]
    for judged in verdict.of(Decision.BLOCKS):
        finding = judged.finding
        lines.append(f"  {finding.severity.value} {finding.id} {_subject(finding)}: {judged.reason}")
        if str(finding.origin):
            lines.append(f"    came in with layer {finding.origin}")
    lines += [f"  do: {line}" for line in verdict.remedies]
    for decision in (Decision.UNDECIDED, Decision.KNOWN, Decision.ACCEPTED, Decision.NOT_AFFECTED):
        lines += [f"  {_HEADLINES[decision]}: {_line(judged)}" for judged in verdict.of(decision)]
    reported = verdict.of(Decision.REPORTED)
    if reported:
        lines.append(f"  reported, does not block: {len(reported)} ({_counts(reported)})")
    lines += [f"  note: {note}" for note in verdict.notes]
    return [text.line(line) for line in lines]


def short(record: ScanRecord) -> str:
    """A record in a few words, for one line among others."""
    decisions = [decision for decision, _ in record.findings.values()]
    blocking = sum(decision is Decision.BLOCKS for decision in decisions)
    database = f"{record.database:%Y-%m-%d %H:%M} UTC" if record.database else "none"
    return f"{record.outcome.value} ({blocking} of {len(decisions)} findings block, advisories of {database})"


def markdown(verdicts: Sequence[tuple[Verdict, ScanRecord]]) -> str:
    """The job summary's section on the scan, most important first."""
    lines = ["## Scan", ""]
    for verdict, record in sorted(verdicts, key=lambda pair: pair[0].outcome is GateOutcome.PASS):
        lines += [f"### {_MARKS[verdict.outcome]} {text.markdown(verdict.image)}: {verdict.outcome.value}", ""]
        lines += [f"{text.code(verdict.digest)}: {text.markdown(_summary(verdict, record))}", ""]
        if verdict.doubts:
            lines += ["Nobody can tell, because:", "", *_list(verdict.doubts), ""]
        if verdict.remedies:
            lines += ["To do:", "", *_list(verdict.remedies), ""]
        for decision in Decision:
            items = verdict.of(decision)
            if items:
                lines += _table(decision, items)
        if verdict.notes:
            lines += ["<details><summary>Notes</summary>", "", *_list(verdict.notes), "", "</details>", ""]
    return "\n".join(lines)


def _list(items: Sequence[str]) -> list[str]:
    return [f"- {text.markdown(item)}" for item in items]


def _table(decision: Decision, items: Sequence[Judged]) -> list[str]:
    header = ("severity", "id", "what", "fixed in", "layer", "since", "why")
    rows = [
        (
            item.finding.severity.value,
            item.finding.id,
            _subject(item.finding),
            ", ".join(item.finding.fixed) or "-",
            str(item.finding.origin) or "-",
            str(item.since),
            item.reason,
        )
        for item in items
    ]
    table = [tables.markdown(header, rows), ""]
    title = f"{_HEADLINES[decision]}: {len(items)}"
    if decision is Decision.BLOCKS:
        return [f"**{title}**", "", *table]
    return [f"<details><summary>{title}</summary>", "", *table, "</details>", ""]


def _summary(verdict: Verdict, record: ScanRecord) -> str:
    blocking = len(verdict.of(Decision.BLOCKS))
    database = f"{record.database:%Y-%m-%d %H:%M} UTC" if record.database else "none"
    return (
        f"{blocking} of {len(verdict.judged)} findings block; {record.document['packages']} packages seen; "
        f"database of {database}; {record.scanner}"
    )


def _line(judged: Judged) -> str:
    finding = judged.finding
    return f"{finding.severity.value} {finding.id} {_subject(finding)}: {judged.reason}"


def _subject(finding: Finding) -> str:
    if not finding.package:
        return f"{finding.where}:{finding.line}" if finding.line else finding.where
    fixed = f", fixed in {', '.join(finding.fixed)}" if finding.fixed else ", no fix published"
    return f"{finding.package} {finding.installed}{fixed}"


def _counts(items: Sequence[Judged]) -> str:
    severities = sorted({item.finding.severity for item in items}, key=lambda severity: -severity.rank)
    return ", ".join(f"{sum(i.finding.severity is s for i in items)} {s.value}" for s in severities)
