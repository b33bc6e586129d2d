"""What a scan says at its end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from release.gate import scanrecord, scantext
from release.gate.scanrecord import ScanRecord
from release.gate.verdict import GateOutcome, Verdict
from release.report import Report

_WORST = [outcome.value for outcome in GateOutcome]


def of_scan_plan(targets: Sequence[str], files: Sequence[str], database: str) -> Report:
    """What a scan would read (``--dry-run``)."""
    data = {"targets": list(targets), "files": list(files), "database": database}
    return Report(data, "\n".join([*(f"would scan {target}" for target in (*targets, *files)), f"with {database}"]))


def of_nothing_to_scan(environment: str) -> Report:
    """Nothing is live yet, which is no failure: the daily scan of a new repository ends well."""
    text = f"nothing was ever proven in {environment}, so there is nothing to scan"
    return Report({"images": {}}, text, f"### Scan\n\n{text}\n", {"verdict": ""})


def of_scan(results: Sequence[tuple[Verdict, ScanRecord]]) -> Report:
    """The gate's verdicts."""
    return Report(
        data={"images": {verdict.image: json.loads(scanrecord.to_json(record)) for verdict, record in results}},
        text="\n".join(line for verdict, record in results for line in scantext.terminal(verdict, record)),
        summary=scantext.markdown(results),
        outputs={"verdict": max((v.outcome.value for v, _ in results), key=_WORST.index) if results else ""},
    )
