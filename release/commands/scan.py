"""release scan: scan every built image, or what is live; exit code 4 when the gate blocks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.shared import add_database, by_digest
from release.errors import GateError

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.gate.gate import Gate
    from release.gate.scan import ScanPlan
    from release.report import Report

SUMMARY = "scan every built image, or what is live; exit code 4 when the gate blocks"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("verdict",)


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--live", metavar="ENV", help="scan by digest what the ledger says is live there")
    sub.add_argument("--sarif", metavar="FILE", help="write the findings for code scanning")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Every archive of the present commit, or what is live; a report in any case, then the refusal if one is due."""
    import json
    from pathlib import Path

    from release import __version__
    from release.gate import gate, sarif, scan
    from release.gate import report as scan_report

    guard = wiring.gate(args.database)
    plan = _live_scan(wiring, guard, args.live) if args.live else _archive_scan(wiring, guard)
    if not plan.targets:
        return scan_report.of_nothing_to_scan(args.live)
    if args.dry_run:
        return scan_report.of_scan_plan([str(target) for target in plan.targets], plan.files, guard.policy.database)
    results = gate.run(guard, plan)
    report = scan_report.of_scan([(r.verdict, r.record) for r in results])
    if args.sarif:
        document = sarif.sarif([r.verdict for r in results], version=__version__)
        Path(args.sarif).write_text(json.dumps(document, indent=2), encoding="utf-8")
    try:
        scan.checked(results)
    except GateError as error:
        error.report = report
        raise
    return report


def _archive_scan(wiring: Wiring, guard: Gate) -> ScanPlan:
    from release.errors import NotFoundError
    from release.gate.scan import ScanPlan, ScanTarget
    from release.images import build

    config, workspace = wiring.config, wiring.workspace
    plans = build.plan_builds(config, wiring.git.resolve("HEAD"), wiring.git, workspace, None, wiring.base)
    archives = [archive for item in plans if (archive := workspace.archive(item.image, item.inputs))]
    if not archives:
        raise NotFoundError("no image of this commit is built here", untouched="everything", next_step="release build")
    targets = tuple(ScanTarget(archive.image, archive.manifest, archive.path) for archive in archives)
    files = (*sorted({image.dockerfile for image in config.images.values()}), config.template)
    whole = len(targets) == len(config.images)
    return ScanPlan(targets, guard.policy, guard.vex, wiring.folder.resolve(), files, whole=whole)


def _live_scan(wiring: Wiring, guard: Gate, environment: str) -> ScanPlan:
    """What the ledger says is live; without targets while nothing was ever proven there."""
    from release.deployments import ledger, observe
    from release.gate.scan import ScanPlan

    wiring.config.environment(environment)
    entries = ledger.deployments(environment, observe.tags_by_image(wiring.config, wiring.registry))
    targets = by_digest(wiring, entries[-1].digests) if entries else ()
    return ScanPlan(targets, guard.policy, guard.vex, whole=False)
