"""release prune: show what nobody needs any more in the registry, and delete it when told to."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "show what nobody needs any more in the registry; delete it with --yes"
CHANGES = False  # without --yes it only looks
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument(
        "environments", nargs="*", metavar="ENV", help="whose deployments, and the releases that only they need"
    )
    sub.add_argument(
        "--all", action="store_true", help="every environment, and releases and images that were never deployed"
    )
    sub.add_argument("--yes", action="store_true", help="delete what goes; without it nothing is changed")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show what nobody needs any more in the registry, and delete it when told to."""
    from release.deployments import prune, prunereport
    from release.errors import UsageError

    if args.all == bool(args.environments):
        raise UsageError(
            "say what may go: environments, or --all",
            untouched="everything",
            next_step=f"release prune {next(iter(wiring.config.environments), 'ENV')}, which only looks",
        )
    config = wiring.config
    asked = list(config.environments) if args.all else [config.environment(name).name for name in args.environments]
    with ExitStack() as stack:
        targets = [stack.enter_context(wiring.target(name)) for name in config.environments]
        plan = prune.plan_prune(targets, asked, config, wiring.shelves, targets[0].clock.now(), everything=args.all)
        if args.yes and (plan.going or plan.open):
            prune.apply(plan, wiring.shelves, wiring.store)
        return prunereport.of_plan(plan, config.keep, deleted=args.yes)
