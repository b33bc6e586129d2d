"""The door between the product, which never imports this package, and the rehearsal: what ``release rehearse`` runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.story import kept, rehearse, steps
from release.report import Report

QUICK = steps.QUICK


def run(folder: Path, env: Mapping[str, str], names: Sequence[str], *, keep: bool, stop: str | None) -> Report:
    """Play the story for the repository in ``folder``, or stop what an earlier one left running.

    Args:
        names: the steps that are played, with what they need; none: all of them.
        keep: leave everything running, also when it fails, and print how to look at it.
        stop: "" stops every kept rehearsal, a folder that one alone; None plays the story.
    """
    if stop is not None:
        stopped = kept.stop_kept(env, logging.info, Path(stop) if stop else None)
        return Report({"stopped": stopped}, f"rehearsals stopped: {stopped}")
    return rehearse.run(folder, env, names, keep=keep)


def listed() -> Report:
    """The steps of the story, by name."""
    return Report({"steps": [step.name for step in steps.STEPS], "quick": list(steps.QUICK)}, steps.listed())
