"""release scan: every image before it leaves the machine, and what is live once a day.

Whatever goes wrong on the way becomes a verdict that says so: a scanner that crashed, a database that is too old and a
vulnerable package all block, each with its reason, and none hides the others.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from release.clock import Clock
from release.errors import GateError, ReleaseError
from release.gate.database import Database, database_doubts
from release.gate.findings import ImageScan, ScanReport
from release.gate.judging import judge
from release.gate.policy import GatePolicy
from release.gate.ports import Scanner
from release.gate.scanrecord import ScanRecord, record_of
from release.gate.verdict import GateOutcome, Verdict, cannot_tell, checked_accepted
from release.gate.vex import ImageName, Statement
from release.oci import Manifest

log = logging.getLogger("release.scan")
_GOES_ON = (GateOutcome.PASS, GateOutcome.UNDECIDED)


@dataclass(frozen=True)
class ScanTarget:
    """One image to scan: its archive, or, without one, what the registry has under ``uri``.

    ``repository`` is where an archive will go: a path, since no registry was asked. ``code``: the archive is a ZIP
    function's code, or a layer's, so it has no system.
    """

    image: str
    manifest: Manifest
    archive: Path | None = None
    uri: str = ""
    repository: str = ""
    code: bool = False

    @property
    def name(self) -> ImageName:
        """What a VEX document may call it."""
        repository = self.uri.partition("@")[0] or self.repository
        return ImageName(self.image, self.manifest.digest, repository, self.manifest.platform.rpartition("/")[2])

    def __str__(self) -> str:
        return f"{self.image} {self.manifest.digest} from {self.archive or self.uri}"


@dataclass(frozen=True)
class ScanPlan:
    """What one run scans, and by what it judges.

    Attributes:
        root, files: Dockerfiles and templates to check, relative to ``root``; none when only what is live is looked at.
        dockerfiles: image -> its own among ``files``; the others are about every image, as a template is.
        live: image -> what is live in its place, for a policy that blocks only what is new; None when nobody looked.
        whole: every image of release.toml is among the targets, so an accepted risk that covers nothing is an error.
    """

    targets: tuple[ScanTarget, ...]
    policy: GatePolicy
    vex: tuple[Statement, ...] = ()
    root: Path = Path()
    files: tuple[str, ...] = ()
    dockerfiles: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, ScanTarget] | None = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True)
class Scanned:
    """One image's verdict, its record, and its bill of materials (empty when there was no scan)."""

    verdict: Verdict
    record: ScanRecord
    sbom: bytes = b""


def apply(
    plan: ScanPlan, scanner: Scanner, clock: Clock, earlier: Mapping[str, ScanRecord] | None = None
) -> tuple[Scanned, ...]:
    """Scan and judge every target.

    Args:
        earlier: image -> the last record of it, which tells since when its findings are known.

    Raises:
        UsageError: an accepted risk covers nothing (only for a whole plan).
    """
    try:
        database = scanner.database()
        doubts = database_doubts(database, clock.now(), plan.policy.database_max_age)
        around = _files(plan, scanner)
    except ReleaseError as error:
        return tuple(_failed(target, plan, scanner, clock, (_reason(error),), None) for target in plan.targets)
    if doubts:
        return tuple(_failed(target, plan, scanner, clock, doubts, database) for target in plan.targets)
    known = earlier or {}
    results = tuple(_one(target, plan, scanner, clock, database, around, known) for target in plan.targets)
    if plan.whole:
        checked_accepted(plan.policy, [result.verdict for result in results])
    return results


def compared(plan: ScanPlan, image: str) -> str:
    """The digest of the live image that ``image`` is compared with; "" when there is none, or nobody looks."""
    live = (plan.live or {}).get(image) if plan.policy.new_only else None
    return live.manifest.digest if live else ""


def checked(results: Sequence[Scanned]) -> None:
    """Raises GateError when an image was stopped; the message names the worst of it.

    What is undecided was not: it gets no further than this machine before it is compared (gate.require).
    """
    stopped = [result.verdict for result in results if result.verdict.outcome not in _GOES_ON]
    if not stopped:
        return
    said = "; ".join(f"{verdict.image}: {_why(verdict)}" for verdict in stopped)
    remedies = [remedy for verdict in stopped for remedy in verdict.remedies]
    raise GateError(
        f"the scan gate stops {len(stopped)} of {len(results)} images: {said}",
        untouched="the registry and every environment",
        next_step="; ".join(dict.fromkeys(remedies)) or "mend what is named above and run release scan again",
    )


def _one(
    target: ScanTarget,
    plan: ScanPlan,
    scanner: Scanner,
    clock: Clock,
    database: Database,
    around: ScanReport,
    earlier: Mapping[str, ScanRecord],
) -> Scanned:
    log.info("scanning %s", target)
    today = clock.now().date()
    seen = dict(earlier[target.image].first_seen) if target.image in earlier else {}
    try:
        scan = _scan(target, scanner)
        live = _live(plan, target.image, scanner, seen, today)
    except ReleaseError as error:
        return _failed(target, plan, scanner, clock, (_reason(error),), database)
    report = scan.report.joined([_about(around, plan, target.image)])
    policy = replace(plan.policy, expect=()) if target.code else plan.policy  # code need not hold packages
    verdict = judge(report, policy, database, today, image=target.name, vex=plan.vex, live=live, seen=seen)
    return Scanned(verdict, _record(verdict, plan, scanner, clock, database, len(report.packages)), scan.sbom)


def _scan(target: ScanTarget, scanner: Scanner) -> ImageScan:
    archive = target.archive
    if archive:
        scan = scanner.code(archive) if target.code else scanner.archive(archive)
    else:
        scan = scanner.remote(target.uri, target.manifest)
    if scan.digest != target.manifest.digest:
        raise GateError(
            f"the scan is of {scan.digest}, not of {target.manifest.digest}",
            untouched="the registry",
            next_step="release build, then release scan: the archive was changed meanwhile",
        )
    return scan


def _live(
    plan: ScanPlan, image: str, scanner: Scanner, seen: Mapping[str, date], today: date
) -> Mapping[str, date] | None:
    """What the live image has by today's advisories: one published since it went live counts as known, not as new."""
    if plan.live is None:
        return None
    if not plan.policy.new_only or image not in plan.live:
        return {}
    report = _scan(plan.live[image], scanner).report
    return {finding.key: seen.get(finding.key, today) for finding in report.findings}


def _about(around: ScanReport, plan: ScanPlan, image: str) -> ScanReport:
    """``around`` without what was found in other images' Dockerfiles. Doubts stay: nobody knows whose they are."""
    own = plan.dockerfiles.get(image)
    others = {path for path in plan.dockerfiles.values() if path != own}
    return replace(around, findings=tuple(each for each in around.findings if each.where not in others))


def _files(plan: ScanPlan, scanner: Scanner) -> ScanReport:
    return scanner.files(plan.root, plan.files) if plan.files else ScanReport()


def _failed(
    target: ScanTarget,
    plan: ScanPlan,
    scanner: Scanner,
    clock: Clock,
    doubts: tuple[str, ...],
    database: Database | None,
) -> Scanned:
    verdict = cannot_tell(target.image, target.manifest.digest, doubts)
    return Scanned(verdict, _record(verdict, plan, scanner, clock, database, 0))


def _record(
    verdict: Verdict, plan: ScanPlan, scanner: Scanner, clock: Clock, database: Database | None, packages: int
) -> ScanRecord:
    return record_of(
        verdict,
        time=clock.now(),
        database=database.updated if database else None,
        policy=plan.policy.hash,
        scanner=scanner.name,
        packages=packages,
        compared=compared(plan, verdict.image),
    )


def _reason(error: ReleaseError) -> str:
    """The error in one line: its first, and what a tool said last."""
    lines = [line.strip() for line in error.message.splitlines() if line.strip()]
    return " ".join(dict.fromkeys((*lines[:1], *(line[:300] for line in lines[-1:]))))


def _why(verdict: Verdict) -> str:
    if verdict.doubts:
        return f"cannot tell: {verdict.doubts[0]}" + (
            f" (and {len(verdict.doubts) - 1} more)" if verdict.doubts[1:] else ""
        )
    return ", ".join(f"{finding.id} in {finding.package or finding.where}" for finding in verdict.blocking[:5])
