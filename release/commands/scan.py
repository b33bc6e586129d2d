"""release scan: scan every built image, or what is live; exit code 4 when the gate blocks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from release.commands.common.options import add_database, add_images, chosen
from release.commands.common.scantargets import archive_target, code_targets, live_code, live_images, other_side
from release.errors import GateError, ReleaseError, UsageError

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.gate.gate import Gate
    from release.gate.scan import ScanPlan, ScanTarget
    from release.report import Report
    from release.settings.config import Config

SUMMARY = "scan every built image, or what is live; exit code 4 when the gate blocks"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("verdict",)


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    add_images(sub, "scan")
    sub.add_argument("--live", metavar="ENV", help="scan by digest what the ledger says is live there")
    sub.add_argument(
        "--offline", action="store_true", help="do not ask the registry: publish compares with what is live"
    )
    sub.add_argument("--sarif", metavar="FILE", help="write the findings for code scanning")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Every archive of the present commit, or what is live; a report in any case, then the refusal if one is due."""
    guard = wiring.gate(args.database)
    if args.live and (args.images or args.group):
        raise UsageError("--live scans all that is live, not some images of it", next_step="leave one of them out")
    if args.live and args.offline:
        raise UsageError(
            "--live asks the registry, so it does not go with --offline", next_step="leave one of them out"
        )
    with _planned(args, wiring, guard) as plan:
        return _carry_out(args, guard, plan)


def _carry_out(args: argparse.Namespace, guard: Gate, plan: ScanPlan) -> Report:
    import json

    from release.adapters import installed, outfile
    from release.gate import gate, sarif, scan
    from release.gate import report as scan_report

    if not plan.targets:
        return scan_report.of_nothing_to_scan(args.live)
    if args.dry_run:
        return scan_report.of_scan_plan([str(target) for target in plan.targets], plan.files, guard.policy.database)
    sarif_file = outfile.tried(args.sarif, "--sarif") if args.sarif else None
    results = gate.run(guard, plan)
    report = scan_report.of_scan([(r.verdict, r.record) for r in results])
    if sarif_file:
        document = sarif.sarif([r.verdict for r in results], version=installed.version())
        outfile.write(sarif_file, json.dumps(document, indent=2).encode(), "--sarif")
    try:
        scan.checked(results)
    except GateError as error:
        error.report = report
        raise
    return report


@contextmanager
def _planned(args: argparse.Namespace, wiring: Wiring, guard: Gate) -> Iterator[ScanPlan]:
    """What is scanned; the code of ZIP functions is laid out as long as the block runs."""
    if args.live:
        with live_code(wiring, args.live) as code:
            yield _live_scan(wiring, guard, args.live, code)
        return
    commit = wiring.git.resolve("HEAD")
    config = wiring.config_at(commit)
    only = chosen(args, config)
    plan = _archive_scan(wiring, guard, commit, config, only, offline=args.offline)
    if only:
        yield plan
        return
    with code_targets(wiring, commit, config) as code:
        yield replace(plan, targets=(*plan.targets, *code))


def _archive_scan(
    wiring: Wiring, guard: Gate, commit: str, config: Config, only: Sequence[str], *, offline: bool
) -> ScanPlan:
    """The archives of ``only``, or all that are here. Raises NotFoundError: one that was asked for is not."""
    from release.errors import NotFoundError
    from release.gate.scan import ScanPlan
    from release.images import build

    workspace = wiring.workspace
    plans = build.plan_builds(config, commit, wiring.git, workspace, None, wiring.bases_of_build(), images=only)
    archives = [archive for item in plans if (archive := workspace.archive(item.image, item.inputs))]
    missing = sorted({item.image for item in plans} - {archive.image for archive in archives})
    if not archives and not only:
        raise NotFoundError("no image of this commit is built here", untouched="everything", next_step="release build")
    if missing and only:
        raise NotFoundError(
            f"not built here, as this commit has it: image {', '.join(missing)}",
            untouched="everything",
            next_step=f"release build {' '.join(missing)}",
        )
    dockerfiles = {item.image: config.images[item.image].dockerfile for item in plans}
    return ScanPlan(
        tuple(archive_target(wiring, archive) for archive in archives),
        guard.policy,
        guard.vex,
        wiring.folder.resolve(),
        (*sorted(set(dockerfiles.values())), config.template),
        dockerfiles,
        live=None if offline else _compared(wiring),
        whole=len(archives) == len(config.images),
    )


def _compared(wiring: Wiring) -> Mapping[str, ScanTarget]:
    try:
        return other_side(wiring)
    except ReleaseError as error:
        without = "release scan --offline, which leaves the comparison to release publish"
        error.next_step = f"{error.next_step}; or, without the registry: {without}".removeprefix("; or, ")
        raise


def _live_scan(wiring: Wiring, guard: Gate, environment: str, code: tuple[ScanTarget, ...]) -> ScanPlan:
    """What the ledger says is live; without targets while nothing was ever proven there."""
    from release.gate.scan import ScanPlan

    targets = (*live_images(wiring, environment).values(), *code)
    return ScanPlan(targets, guard.policy, guard.vex, whole=False)
