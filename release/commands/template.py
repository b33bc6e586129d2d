"""release template: print the template as it is deployed, or how it differs from the file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "print the template as it is deployed, with what a release adds to it"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--diff", action="store_true", help="only what is added or replaced, as a unified diff")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Print the copy of the working tree's template that a release of it would deploy."""
    from release.completion import copyreport
    from release.completion.complete import completed
    from release.errors import NotFoundError
    from release.releases import bundling

    where = wiring.config.template
    try:
        theirs = (wiring.folder / where).read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"release.toml names the template {where}, which cannot be read: {error.strerror}",
            untouched="everything",
            next_step="correct project.template in release.toml",
        ) from error
    return copyreport.of_copy(where, theirs, completed(theirs, where, bundling.wanted(wiring.config)), diff=args.diff)
