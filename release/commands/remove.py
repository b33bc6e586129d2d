"""release remove: take an environment away, its stack and its images; ask for its name first."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

from release.commands.common.options import add_project

if TYPE_CHECKING:
    from release.adoption.ports import Questions
    from release.bootstrap import Wiring
    from release.deployments.removalmodel import RemovalPlan
    from release.report import Report

SUMMARY = "take an environment away: its stack, and the images that nobody else needs; what holds data stays"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()

EPILOG = """\
First it says what goes, what stays and why. A bucket with objects, a protected table and whatever has
DeletionPolicy: Retain stay; a table with items or a user pool with users stops it until --with-data names it. Images go
that no other environment runs, may go back to, or was promised. The ledger keeps the environment's history.

  release remove staging --dry-run                only say it
  release remove staging                          say it, and ask for the environment's name
  release remove staging --keep-images            the stack alone; the same command without it later takes the images
  release remove staging --yes-remove staging     for a machine
"""


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.epilog, sub.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    sub.add_argument("environment", help="an environment of release.toml")
    sub.add_argument(
        "--yes-remove", metavar="ENV", default="", help="the environment's name once more, instead of typing it"
    )
    sub.add_argument("--keep-images", action="store_true", help="leave every image and release in the registry")
    sub.add_argument(
        "--with-data",
        metavar="ID[,ID]",
        default="",
        help="resources of the stack that may go with the data in them, by their names in the template",
    )
    sub.add_argument("--reason", metavar="TEXT", default="", help="why; the ledger keeps it")
    add_project(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show what goes and what stays, have the name typed, and take the environment away."""
    from release.deployments import removal, removalreport
    from release.errors import ReleaseError

    config = wiring.config
    spec = config.environment(args.environment)
    with_data = [name for name in args.with_data.split(",") if name]
    with ExitStack() as stack:
        targets = {name: stack.enter_context(wiring.target(name)) for name in config.environments}
        place = removal.Removing(spec.name, targets, config, wiring.shelves, wiring.demolition(spec))
        plan = removal.plan_removal(place, keep_images=args.keep_images, with_data=with_data, reason=args.reason)
        if args.dry_run or (plan.claim is None and not plan.stops):
            return removalreport.of_plan(plan)
        try:
            if not plan.stops:
                _agreed(plan, args.yes_remove, wiring.person)
            return removalreport.of_removal(removal.apply(plan, place))
        except ReleaseError as error:
            error.report = error.report or removalreport.of_plan(plan)
            raise


def _agreed(plan: RemovalPlan, typed: str, person: Questions) -> None:
    """Go on only when the environment's name was typed. Raises UsageError."""
    from release.deployments import removalreport
    from release.errors import UsageError

    name = plan.environment
    if not typed and person.there:
        person.show(removalreport.of_plan(plan).text)
        typed = person.ask(f"\nType {name} to remove it: ")
        if typed != name:
            raise UsageError(f"that was not {name}", untouched="everything", next_step=f"release remove {name}")
    if typed != name:
        said = f"--yes-remove {typed} does not name {name}" if typed else "nobody is at a terminal to type the name"
        raise UsageError(
            f"{name} is not removed: {said}",
            untouched="everything",
            next_step=f"look at what goes (release remove {name} --dry-run), then release remove {name} --yes-remove "
            f"{name}, with the same options",
        )
