"""release environments: list the environments, and what brings a release to each."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "list the environments, and what brings a release to each"
CHANGES = False
OUTPUTS: tuple[str, ...] = ("environments",)


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--on", default="", choices=("merge", "tag"), help="only those that this deploys to, in its order")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The environments of release.toml, as a table, and their names as a JSON list for a workflow's matrix."""
    import json

    from release.report import Report
    from release.settings.environments import MERGE, TAG
    from release.settings.order import deployed_on
    from release.tables import table

    specs = wiring.config.environments
    event = {name: each for each in (MERGE, TAG) for name in deployed_on(specs, each)}
    found = [specs[name] for name in deployed_on(specs, args.on)]
    rows = [[each.name, event[each.name], each.proven_in or "-", each.stack, each.region] for each in found]
    data = [
        {"name": each.name, "on": event[each.name], "proven-in": each.proven_in, "stack": each.stack}
        | {"region": each.region}
        for each in found
    ]
    return Report(
        data={"environments": data},
        text=table(["environment", "deployed on", "proven in", "stack", "region"], rows) if rows else "none",
        outputs={"environments": json.dumps([each.name for each in found])},
    )
