"""release migrate: write a ledger that is still tags on the images as records, once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "move a ledger that is still tags on the images into records, once; writes with --yes"
CHANGES = False  # without --yes it only looks
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--yes", action="store_true", help="write the records; without it nothing is changed")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Show what a project that was released before there were records takes over, and write it with --yes."""
    import tempfile

    from release.deployments import migrate, migratereport

    place = migrate.Place(wiring.config, wiring.git, wiring.registry, wiring.store, wiring.limits)
    found = migrate.plan_migration(place)
    if args.yes:
        with wiring.workspace.scratch() as folder:
            migrate.apply(found, place, lambda: Path(tempfile.mkdtemp(dir=folder)))
    return migratereport.of_migration(found, written=args.yes)
