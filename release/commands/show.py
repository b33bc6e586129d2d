"""release show: print a release: its images, functions, verdicts and changes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "print a release: its images, functions, verdicts and changes"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("release", metavar="VERSION", help="its version, its whole commit or its digest")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Print a release."""
    from release.releases import report, show

    with wiring.scratch() as folder:
        return report.of_release(show.release(args.release, wiring.store, wiring.releases, folder))
