"""The tools of a rehearsal, by name: those the command itself brings (sam) and those that only a rehearsal needs."""

from __future__ import annotations

from pathlib import Path

from release.adapters import toolbox
from release.adapters.toolbox import Cache, Progress, Toolbox

#: act.txt, base.txt (what the stand-in for the Lambda base image holds), emulator.txt; installed with this package
LOCKS = Path(__file__).parents[1] / "locks"


def tools(cache: Cache, progress: Progress) -> Toolbox:
    """Every tool that a rehearsal may ask for; ``progress`` is told what takes long."""
    return Toolbox(cache, (LOCKS, toolbox.LOCKS), progress)
