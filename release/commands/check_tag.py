"""release check-tag: say whether a tag may be released, and if not, what to do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "say whether a tag may be released, and if not, what to do"
CHANGES = False
OUTPUTS: tuple[str, ...] = ("version", "commit")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("tag", metavar="TAG", help="a release tag, like v1.4.0")
    sub.add_argument("--remote", action="store_true", help="compare with the remote's tag of that name, too")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Whether a tag may be released."""
    from release.report import Report
    from release.text import markdown
    from release.versions import check_tag

    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, ask_remote=args.remote)
    version = check_tag.version_of(wiring.versions, args.tag)
    data = {"tag": args.tag, "version": version, "commit": accepted.commit, "notes": list(accepted.notes)}
    text = f"{args.tag} may be released: version {version} of commit {accepted.commit[:12]}"
    summary = f"### {markdown(text)}\n" + "".join(f"\n> {markdown(note)}\n" for note in accepted.notes)
    outputs = {"version": version, "commit": accepted.commit}
    return Report(data, text, summary, outputs, notes=accepted.notes)
