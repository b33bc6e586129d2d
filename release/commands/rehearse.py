"""release rehearse: run the whole pipeline on this machine, without an account."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "run the whole pipeline on this machine, without an account"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--keep", action="store_true", help="leave everything running and print how to call it")
    stop = "stop what --keep left running: everything, or the one rehearsal in FOLDER"
    sub.add_argument("--stop", nargs="?", const="", metavar="FOLDER", help=stop)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Run the whole pipeline on this machine, without an account."""
    import importlib

    from release.errors import MachineError

    try:
        # By name, because product code never imports the rehearsal: what it needs may not be installed.
        rehearsal = importlib.import_module("rehearsal.command")
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing.startswith(("release", "rehearsal.")):
            raise
        raise MachineError(
            f"what the rehearsal needs is not installed beside this command: there is no {missing}",
            untouched="everything",
            next_step="pip install 'lambda-image-release[rehearsal]', then run the same command again",
        ) from error
    result: Report = rehearsal.run(wiring.folder.resolve(), wiring.env, keep=args.keep, stop=args.stop)
    return result
