"""The gate in front of the registry: a digest goes on only with a fresh passing scan.

docs/architecture.md, rule 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from release.clock import Clock
from release.errors import GateError
from release.gate import scan
from release.gate.policy import GatePolicy
from release.gate.ports import Scanner, ScanRecords
from release.gate.scan import Scanned, ScanPlan, ScanTarget
from release.gate.scanrecord import ScanRecord, checked_record
from release.gate.vex import Statement


@dataclass(frozen=True)
class Gate:
    """By what is judged, and what is needed for it.

    Attributes:
        scanner: makes the scanner, which may have to be fetched first; asked for only when something must be scanned.
        records: where verdicts are kept between two commands.
    """

    policy: GatePolicy
    vex: tuple[Statement, ...]
    scanner: Callable[[], Scanner]
    records: ScanRecords
    clock: Clock


def run(gate: Gate, plan: ScanPlan) -> tuple[Scanned, ...]:
    """Scan and judge every target, and keep each verdict, the failed ones too: they replace an older pass."""
    earlier = _earlier(gate, plan.targets)
    results = scan.apply(plan, gate.scanner(), gate.clock, earlier)
    for result in results:
        gate.records.keep(result.record, result.sbom)
    return results


def require(gate: Gate, targets: Sequence[ScanTarget]) -> None:
    """Refuse unless every target has a fresh pass.

    What the registry has already (a reused image, a release to promote) is scanned now, by digest, when its last scan
    is not fresh: an advisory may have been published since. An archive must have been scanned where it was built.

    Raises:
        GateError: with what blocks, or what nobody can tell.
    """
    due = tuple(target for target in targets if target.uri and not _passes(gate, target))
    if due:
        scan.checked(run(gate, ScanPlan(due, gate.policy, gate.vex, whole=False)))
    for target in targets:
        digest = target.manifest.digest
        checked_record(gate.records.record(target.image, digest), digest, gate.policy, gate.clock.now())


def _passes(gate: Gate, target: ScanTarget) -> bool:
    digest = target.manifest.digest
    try:
        checked_record(gate.records.record(target.image, digest), digest, gate.policy, gate.clock.now())
    except GateError:
        return False
    return True


def _earlier(gate: Gate, targets: Sequence[ScanTarget]) -> Mapping[str, ScanRecord]:
    found = {target.image: gate.records.record(target.image, target.manifest.digest) for target in targets}
    return {image: record for image, record in found.items() if record}
