"""release pipeline: print pipeline.yaml as release.toml and the template ask for it; write it, or compare."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "print pipeline.yaml (repositories, roles, boundary) as release.toml and the template ask for it"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--write", action="store_true", help="write it, and show what changed; your own block stays")
    group.add_argument("--check", action="store_true", help="exit code 6 with the difference when the file is another")
    sub.add_argument(
        "--since",
        default="",
        metavar="REV",
        help="say that it must be deployed again when it differs from this commit's (a pull request's base)",
    )


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Print, write or compare pipeline.yaml."""
    from release.adoption import pipeline, pipelinereport

    plan = pipeline.plan(wiring.config, wiring.project_files, wiring.translator)
    before = pipeline.at(wiring.git, args.since) if args.since else None
    if args.check:
        pipeline.check(plan)
        return pipelinereport.of_check(plan, before)
    if args.write and not args.dry_run:
        wiring.project_files.write(pipeline.PATH, plan.generated.text)
    return pipelinereport.of_write(plan, dry_run=args.dry_run) if args.write else pipelinereport.of_print(plan)
