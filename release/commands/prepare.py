"""release prepare: write the next version's section into CHANGELOG.md, ready to commit."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "write the next version's section into CHANGELOG.md, ready to commit"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version",)


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--authors", action="store_true", help="name each entry's author")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version's section into CHANGELOG.md."""
    from release.report import Report
    from release.versions import prepare

    path = wiring.folder / "CHANGELOG.md"
    found = prepare.plan_section(
        wiring.git, wiring.versions, wiring.today, path, authors=args.authors, changes=wiring.changes
    )
    if not args.dry_run:
        prepare.apply(found)
    answer = found.section.answer
    data = {"version": str(answer.version), "tag": answer.tag, "changes": found.changes, "path": "CHANGELOG.md"}
    data |= {"notes": list(found.notes)}
    if not found.changes:
        text = f"CHANGELOG.md has the section of {answer.version} already"
    else:
        done = "would get" if args.dry_run else "has"
        text = f"CHANGELOG.md {done} the section of {answer.version}; commit it, then tag that commit {answer.tag}"
    return Report(
        data, f"{text}\n\n{found.section.text}".rstrip(), outputs={"version": str(answer.version)}, notes=found.notes
    )
