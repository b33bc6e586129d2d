"""release upgrade: bring what release init generated to the version of this command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report
    from release.settings.config import Config

SUMMARY = "bring workflows, pipeline.yaml and Dependabot's entries to the version of this command"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()
EPILOG = """\
It shows the difference first and asks. All workflows are called at one commit afterwards, that of this command; where
Dependabot moved some of them, install the version that it moved them to, and run this.

Lines of your own in a generated workflow stay where they are between two comments:

    # release: keep
    # release: end

What was changed outside of them is named, and overwritten with --overwrite alone.
"""


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    from release.commands.init import add_vendored

    sub.epilog, sub.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--yes", action="store_true", help="ask nothing, and write it")
    group.add_argument("--check", action="store_true", help="write nothing; exit code 6 with the difference")
    sub.add_argument("--overwrite", action="store_true", help="also files that were changed by hand")
    sub.add_argument("--workflows", default="", metavar="OWNER/REPO", help="the repository that has the workflows")
    add_vendored(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Look, show, write."""
    from release.adoption import upgradeplan
    from release.commands import init

    around, files = wiring.around.surroundings(), wiring.changed_files
    own = init.whole(args, around, wiring)
    config, translator = _config(wiring), wiring.translator
    found = upgradeplan.plan(around, config, files, wiring.provenance, translator, args.workflows, own)
    if args.check:
        upgradeplan.check(found)
    shown = upgradeplan.report_of(found, written=False)
    if args.dry_run or not found.changes:
        return shown
    if not args.overwrite:
        upgradeplan.check_hands(found)
    if not args.yes and not init.agreed(wiring.person, shown.text, "release upgrade"):
        return init.nothing_written(shown)
    files.apply(found.changes)
    return upgradeplan.report_of(found, written=True)


def _config(wiring: Wiring) -> Config:
    """release.toml of the repository's top. Raises UsageError: there is none."""
    from release.adapters import installed
    from release.adoption import initanswers, settingsfile
    from release.completion.inferred import with_images
    from release.errors import UsageError
    from release.settings import config

    files = wiring.changed_files
    text = initanswers.present(files, settingsfile.PATH)
    if text is None:
        raise UsageError(
            f"there is no {settingsfile.PATH} in {files.folder}", untouched="everything", next_step="release init"
        )
    return config.parse(with_images(text, files.read), installed.version)
