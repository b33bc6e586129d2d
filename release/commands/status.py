"""release status: show what is live where, and whether the ledger agrees."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "show what is live where, and whether the ledger agrees"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", nargs="?", help="one environment (default: all)")
    sub.add_argument("--check", action="store_true", help="exit code 6 when a stack and the ledger do not agree")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show what is live where, and whether the ledger agrees."""
    from release.deployments import reports, status
    from release.errors import ConflictError

    names = [wiring.config.environment(args.environment).name] if args.environment else list(wiring.config.environments)
    rows = []
    for name in names:
        with wiring.target(name) as target:
            rows.append(status.status(target))
    report = reports.of_status(rows)
    drifted = {row.environment: row.problem for row in rows if row.problem}
    if args.check and drifted:
        refusal = ConflictError(
            "; ".join(f"{name}: {problem}" for name, problem in drifted.items()),
            untouched="everything; this only looks",
            next_step="; ".join(
                f"release history {name}, then deploy or roll back what should run" for name in drifted
            ),
        )
        refusal.report = report
        raise refusal
    return report
