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
    played = sub.add_mutually_exclusive_group()
    played.add_argument("--steps", default="", metavar="NAME[,NAME]", help="play these, with what each needs before it")
    played.add_argument(
        "--quick", action="store_true", help="one release to the last environment, a second one, one rollback"
    )
    played.add_argument("--list", action="store_true", help="list the steps of the story")
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
    if args.list:
        steps: Report = rehearsal.listed()
        return steps
    names = rehearsal.QUICK if args.quick else args.steps.replace(" ", "").split(",")
    keep = args.keep or wiring.env.get("KEEP") == "1"
    result: Report = rehearsal.run(wiring.folder.resolve(), wiring.env, names, keep=keep, stop=args.stop)
    return result
