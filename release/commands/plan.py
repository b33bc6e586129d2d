"""release plan: show what would be released and why; exit code 3 when nothing would."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from release.commands.shared import VERSION_OUTPUTS

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "show what would be released and why; exit code 3 when nothing would"
CHANGES = False
OUTPUTS = VERSION_OUTPUTS


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--branch", help="the branch it is released from (default: the one that is checked out)")


def _bases(wiring: Wiring, commit: str, *, resolved: bool) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
    """What the images are built from, and notes. No registry is asked when nothing would be built."""
    from release.errors import NotFoundError
    from release.images import reading, resolve

    try:
        config = wiring.config_at(commit)
    except NotFoundError as error:
        return {}, [f"no image counts: {error.message}; {error.next_step}"]
    readings = [reading.read(image, wiring.git, commit) for image in config.images.values()]
    if config.pinned:
        reading.check_pinned(readings)
    return resolve.said(readings, wiring.bases) if resolved else {}, reading.notes(readings)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """What would be released and why; exit code 3 when nothing would."""
    from release.errors import NothingToRelease
    from release.report import Report
    from release.versions import plan, releaseplan, version

    found = plan.plan_release(wiring.git, wiring.versions, wiring.changes, args.revision, branch=args.branch)
    answer = found.answer
    if wiring.changes is not None:
        found = releaseplan.with_bases(found, *_bases(wiring, answer.commit, resolved=answer.is_due))
    outputs = version.outputs(answer, candidate=True) | {"release": str(answer.is_due).lower()}
    return Report(
        data=version.as_json(answer, candidate=True) | releaseplan.as_json(found),
        text=releaseplan.text(found),
        summary=releaseplan.summary(found),
        outputs=outputs,
        exit_code=0 if answer.is_due else NothingToRelease.exit_code,
    )
