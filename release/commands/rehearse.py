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
    import importlib.util

    from release.errors import MachineError

    # By name, because product code never imports the rehearsal: it may not be installed.
    if importlib.util.find_spec("rehearsal") is None:
        raise MachineError(
            "the rehearsal is not installed beside this command",
            untouched="everything",
            next_step="pip install 'lambda-image-release[rehearsal]'",
        )
    rehearsal = importlib.import_module("rehearsal.command")
    result: Report = rehearsal.run(wiring.folder.resolve(), wiring.env, keep=args.keep, stop=args.stop)
    return result
