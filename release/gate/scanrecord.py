"""A scan's result as it is kept: bound to its digest, so that nothing unscanned is pushed or promoted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from release.digest import is_digest
from release.errors import GateError
from release.gate.database import CLOCK_SKEW
from release.gate.policy import GatePolicy
from release.gate.verdict import Decision, GateOutcome, Judged, Verdict

FORMAT = 1


@dataclass(frozen=True)
class ScanRecord:
    """One scan of one image.

    Attributes:
        time: when it was made, UTC.
        database: when the vulnerability database was made, or None when there was none.
        policy: hash of the policy it was judged by.
        scanner: the scanner's name, version and its binary's checksum.
        findings: key of each finding -> its decision and the day it was first seen.
        compared: the digest of the live image that it was compared with (gate.mode = "new-only"), or "".
        document: the whole record, as ``to_json`` writes it.
    """

    image: str
    digest: str
    time: datetime
    database: datetime | None
    policy: str
    scanner: str
    outcome: GateOutcome
    findings: Mapping[str, tuple[Decision, date]]
    compared: str
    document: Mapping[str, Any]

    @property
    def first_seen(self) -> Mapping[str, date]:
        """Key of each finding -> the day it was first seen: what a later scan compares with."""
        return {key: since for key, (_, since) in self.findings.items()}


def record_of(
    verdict: Verdict,
    *,
    time: datetime,
    database: datetime | None,
    policy: str,
    scanner: str,
    packages: int,
    compared: str = "",
) -> ScanRecord:
    """The record of ``verdict``. ``packages`` is how many the scanner saw."""
    document = {
        "format": FORMAT,
        "image": verdict.image,
        "digest": verdict.digest,
        "time": time.isoformat(timespec="seconds"),
        "database": database.isoformat(timespec="seconds") if database else None,
        "policy": policy,
        "scanner": scanner,
        "outcome": verdict.outcome.value,
        "packages": packages,
        "compared": compared,
        "doubts": list(verdict.doubts),
        "notes": list(verdict.notes),
        "remedies": list(verdict.remedies),
        "findings": [_finding(judged) for judged in verdict.judged],
    }
    return _parsed(document)


def to_json(record: ScanRecord) -> str:
    """The record as JSON, for machines and for the next command."""
    return json.dumps(record.document, indent=2) + "\n"


def from_json(text: str) -> ScanRecord:
    """Read a record back.

    Raises:
        GateError: it is not one, or of another format.
    """
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']!r}")
        return _parsed(document)
    except (ValueError, KeyError, TypeError) as error:
        raise GateError(
            f"a scan record is not understood: {error!r}",
            untouched="the registry",
            next_step="run release scan again",
        ) from error


def checked_record(record: ScanRecord | None, digest: str, policy: GatePolicy, now: datetime, live: str = "") -> None:
    """Raises GateError unless ``record`` is a fresh pass of this very digest under this very policy.

    publish and promote call this before they change anything.

    Args:
        live: the digest that is live in its place, where the policy compares with it; "" for none.
    """
    why = _why_not(record, digest, policy, now) or _compared_otherwise(record, policy, live)
    if why:
        raise GateError(
            f"{digest} may not go on: {why}",
            untouched="the registry and every environment",
            next_step="release scan",
        )


def _why_not(record: ScanRecord | None, digest: str, policy: GatePolicy, now: datetime) -> str:
    if record is None:
        return "it was never scanned on this machine"
    if record.digest != digest:
        return f"the scan at hand is of {record.digest}"
    if record.outcome is not GateOutcome.PASS:
        return f"its scan says: {record.outcome.value}"
    if record.policy != policy.hash:
        return "it was scanned under another policy than release.toml's gate has now"
    if record.time > now + CLOCK_SKEW:
        return f"its scan is dated {record.time:%Y-%m-%d %H:%M} UTC, which is in the future"
    if now - record.time > policy.scan_max_age:
        return f"its scan is of {record.time:%Y-%m-%d %H:%M} UTC, older than gate.scan-max-age-hours allows"
    return ""


def _compared_otherwise(record: ScanRecord | None, policy: GatePolicy, live: str) -> str:
    if record is None or not policy.new_only or record.compared == live:
        return ""
    return (
        f"it was compared with {record.compared or 'nothing'}, and live in {policy.compare_with} is {live or 'nothing'}"
    )


def _parsed(document: Mapping[str, Any]) -> ScanRecord:
    if document["digest"] and not is_digest(document["digest"]):
        raise ValueError(f"{document['digest']!r} is no digest")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", document["policy"]):
        raise ValueError("the policy's hash has an unknown form")
    return ScanRecord(
        image=document["image"],
        digest=document["digest"],
        time=_time(document["time"]),
        database=_time(document["database"]) if document["database"] else None,
        policy=document["policy"],
        scanner=document["scanner"],
        outcome=GateOutcome(document["outcome"]),
        findings={
            item["key"]: (Decision(item["decision"]), date.fromisoformat(item["since"]))
            for item in document["findings"]
        },
        compared=document.get("compared", ""),
        document=document,
    )


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def _finding(judged: Judged) -> dict[str, Any]:
    finding = judged.finding
    return {
        "key": finding.key,
        "decision": judged.decision.value,
        "reason": judged.reason,
        "since": judged.since.isoformat(),
        "kind": finding.kind.value,
        "id": finding.id,
        "aliases": list(finding.aliases),
        "severity": finding.severity.value,
        "title": finding.title,
        "package": finding.package,
        "ecosystem": finding.ecosystem,
        "installed": finding.installed,
        "fixed": list(finding.fixed),
        "purl": finding.purl,
        "where": finding.where,
        "line": finding.line,
        "layer": finding.origin.layer,
        "created_by": finding.origin.created_by,
        "url": finding.url,
    }
