"""release smoke: run the smoke tests against what is live."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "run the smoke tests against what is live"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", help="an environment of release.toml")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Run the smoke tests against what is live."""
    from release.deployments import reports, smoke
    from release.errors import RemoteError

    with wiring.target(args.environment) as target:
        results = smoke.against_live(target)
    failed = [result for result in results if not result.passed]
    if failed:
        print(reports.of_smoke(target.name, results).text, file=sys.stderr)
        raise RemoteError(
            f"{len(failed)} of {len(results)} smoke tests failed in {target.name}",
            next_step=f"release rollback {target.name}",
        )
    return reports.of_smoke(target.name, results)
