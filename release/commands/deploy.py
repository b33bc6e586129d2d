"""release deploy: deploy a version by digest, prove it, record it; or put back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.carryout import carry_out
from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "deploy a version by digest, prove it, record it; or put back"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "action")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", help="an environment of release.toml")
    sub.add_argument("--version", required=True, dest="release_version", metavar="VERSION", help="a published one")
    sub.add_argument("--if-newer", action="store_true", help="end well, doing nothing, when a newer release is live")
    sub.add_argument("--reason", metavar="TEXT", default="", help="why; the ledger keeps it")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Deploy a version by digest, prove it, record it; or put back."""
    from release.deployments import deploy
    from release.releases.tags import checked_version

    version = checked_version(args.release_version)
    with wiring.target(args.environment) as target:
        return carry_out(
            lambda: deploy.plan_deployment(target, version, if_newer=args.if_newer), target, args, wiring, "deployed"
        )
