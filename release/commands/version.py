"""release version: print the next version; works in any git repository, without a configuration."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import VERSION_OUTPUTS

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "print the next version; works in any git repository, without a configuration"
CHANGES = False
OUTPUTS = VERSION_OUTPUTS


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--candidate", action="store_true", help="print the candidate, X.Y.Z-rc.N, instead")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version."""
    from release.report import Report
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, args.revision, changes=wiring.changes)
    data = version.as_json(answer, candidate=args.candidate)
    return Report(
        data, data["version"] or "", outputs=version.outputs(answer, candidate=args.candidate), notes=answer.notes
    )
