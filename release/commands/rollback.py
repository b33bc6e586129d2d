"""release rollback: bring a proven deployment back, with its own template."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.carryout import carry_out
from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "bring a proven deployment back, with its own template"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "action")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", help="an environment of release.toml")
    sub.add_argument("--to", metavar="VERSION", help="the version to go back to (default: the deployment before)")
    sub.add_argument("--reason", metavar="TEXT", default="", help="why; the ledger keeps it")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Bring a proven deployment back, with its own template."""
    from release.deployments import rollback
    from release.releases.tags import checked_version

    version = checked_version(args.to) if args.to else None
    with wiring.target(args.environment) as target:
        return carry_out(lambda: rollback.plan_rollback(target, version), target, args, wiring, "rolled back")
