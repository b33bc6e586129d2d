"""release changelog: print the changelog's section for the next version."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import digests_of

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
    sub.add_argument("--tag", metavar="TAG", help="print the notes of this release tag instead: its written section")
    sub.add_argument("--images", default="", metavar="DIGESTS", help="with --tag: list these images, too")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The section for the next version, or of a tag."""
    from release.errors import UsageError
    from release.report import Report
    from release.versions import sections

    if args.images and not args.tag:
        raise UsageError("--images belongs to the notes of a release tag", next_step="name it: --tag v1.4.0")
    if args.tag:
        notes = sections.notes_of_tag(wiring.git, wiring.versions, args.tag, digests_of(args.images))
        data = {"tag": args.tag, "section": notes.text, "left_out": notes.left_out}
        return Report(data, notes.text.rstrip(), notes=[notes.warning] if notes.warning else [])
    section = sections.next_section(
        wiring.git, wiring.versions, wiring.today, args.revision, authors=args.authors, changes=wiring.changes
    )
    data = {"version": str(section.answer.version), "section": section.text, "notes": list(section.answer.notes)}
    return Report(data, section.text.rstrip(), notes=section.answer.notes)
