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
    sub.add_argument(
        "--diff", action="store_true", help="what is added or replaced, as a unified diff; nested ones too"
    )
    sub.add_argument("path", nargs="?", default="", help="a template that is nested in it (default: the stack's own)")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Print the copy of the working tree's template that a release of it would deploy."""
    from release.completion import copyreport, tree
    from release.errors import NotFoundError
    from release.releases import bundling

    root, read = wiring.config.template, wiring.project_files.read
    copies = tree.copies(root, read, bundling.wanted(wiring.config))
    where = args.path or root
    if where not in copies:
        raise NotFoundError(
            f"{where} is no template of this release; it has {', '.join(copies)}",
            untouched="everything",
            next_step=f"release template {root}",
        )
    return copyreport.of_copies(where, {path: read(path) for path in copies}, copies, diff=args.diff)
