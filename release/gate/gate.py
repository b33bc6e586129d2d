"""The gate in front of the registry: a digest goes on only with a fresh passing scan.

docs/architecture.md, rule 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from release.clock import Clock
from release.errors import GateError
from release.gate import scan
from release.gate.policy import GatePolicy
from release.gate.ports import Scanner, ScanRecords
from release.gate.scan import Scanned, ScanPlan, ScanTarget
from release.gate.scanrecord import ScanRecord, checked_record
from release.gate.verdict import GateOutcome
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


def require(gate: Gate, targets: Sequence[ScanTarget], live: Mapping[str, ScanTarget]) -> None:
    """Refuse unless every target has a fresh pass.

    What the registry has already (a reused image, a release to promote) is scanned now, by digest, when its last scan
    is not fresh: an advisory may have been published since. An archive must have been scanned where it was built; what
    only a comparison decides is decided here, where the registry can be read.

    Args:
        live: image -> what is live in its place, for a policy that blocks only what is new.

    Raises:
        GateError: with what blocks, or what nobody can tell.
    """
    plan = ScanPlan((), gate.policy, gate.vex, live=live, whole=False)
    due = tuple(target for target in targets if not _passes(gate, target, plan) and _may_be_scanned(gate, target))
    if due:
        scan.checked(run(gate, replace(plan, targets=due)))
    for target in targets:
        _check(gate, target, plan)


def _check(gate: Gate, target: ScanTarget, plan: ScanPlan) -> None:
    digest = target.manifest.digest
    record = gate.records.record(target.image, digest)
    checked_record(record, digest, gate.policy, gate.clock.now(), scan.compared(plan, target.image))


def _passes(gate: Gate, target: ScanTarget, plan: ScanPlan) -> bool:
    try:
        _check(gate, target, plan)
    except GateError:
        return False
    return True


def _may_be_scanned(gate: Gate, target: ScanTarget) -> bool:
    """Whether a scan here may replace the target's record: that of an archive knows its Dockerfile and the template."""
    if target.uri:
        return True
    record = gate.records.record(target.image, target.manifest.digest)
    fresh = record and record.policy == gate.policy.hash and gate.clock.now() - record.time <= gate.policy.scan_max_age
    return bool(
        gate.policy.new_only and record and fresh and record.outcome in (GateOutcome.PASS, GateOutcome.UNDECIDED)
    )


def _earlier(gate: Gate, targets: Sequence[ScanTarget]) -> Mapping[str, ScanRecord]:
    found = {target.image: gate.records.record(target.image, target.manifest.digest) for target in targets}
    return {image: record for image, record in found.items() if record}
