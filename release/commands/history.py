"""release history: show every deployment of an environment, newest first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "show every deployment of an environment, newest first"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", help="an environment of release.toml")
    sub.add_argument("--limit", type=int, default=20, metavar="N", help="the newest N (default: 20; 0: all)")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show every deployment of an environment, newest first."""
    from release.deployments import reports, status

    with wiring.target(args.environment) as target:
        return reports.of_history(target.name, status.history(target, args.limit))
