"""release changelog: print the changelog's section for the next version."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "print the changelog's section for the next version"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--authors", action="store_true", help="name each entry's author")
    sub.add_argument("--tag", metavar="TAG", help="print the written section of this release tag instead")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The section for the next version, or of a tag."""
    from release.report import Report
    from release.versions import sections

    if args.tag:
        text = sections.section_of_tag(wiring.git, wiring.versions, args.tag)
        return Report({"tag": args.tag, "section": text}, text)
    section = sections.next_section(
        wiring.git, wiring.versions, wiring.today, args.revision, authors=args.authors, changes=wiring.changes
    )
    data = {"version": str(section.answer.version), "section": section.text, "notes": list(section.answer.notes)}
    return Report(data, section.text.rstrip(), notes=section.answer.notes)
