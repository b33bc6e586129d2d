"""release diff: show what deploying a release would change against what is live."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "show what deploying a release would change against what is live"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", help="an environment of release.toml")
    sub.add_argument(
        "release",
        nargs="?",
        default="",
        metavar="VERSION",
        help="its version, its whole commit or its digest (default: the newest release)",
    )
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show what deploying a release would change against what is live."""
    from release.deployments import diff, diffreport

    git = wiring.git if wiring.in_clone and not wiring.project else None
    with wiring.target(args.environment) as target:
        return diffreport.of_differences(diff.compare(target, args.release, git))
