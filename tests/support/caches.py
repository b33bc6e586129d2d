"""Cache folders of their own, with what the machine's has already: so that a test fetches nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

from release.adapters.toolbox import Cache

SHARED = ("base", "debian", "node", "trivy", "venvs")


def cache_beside(folder: Path) -> Cache:
    """A cache in ``folder`` whose tools are the machine's; engine state, images, locks and rehearsals are its own."""
    machines, own = Cache.of(os.environ), Cache(folder)
    for name in SHARED:
        (own.folder() / name).symlink_to(machines.folder(name))
    for software in machines.folder("engine").glob("software-*"):
        (own.folder("engine") / software.name).symlink_to(software)
    return own
