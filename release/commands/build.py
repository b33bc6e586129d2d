"""release build: build each image as an OCI layout, or reuse one with equal inputs."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "build each image as an OCI layout, or reuse one with equal inputs"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("digests", "built")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--commit", default="HEAD", help="the commit to build (default: HEAD)")
    sub.add_argument("--offline", action="store_true", help="do not ask the registry whether it has an image already")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Build each image as an OCI layout, or reuse one with equal inputs."""
    from release.images import build, report

    config, git, commit = wiring.config, wiring.git, wiring.git.resolve(args.commit)
    registry = None if args.offline else wiring.registry
    paths = sorted({path for image in config.images.values() for path in image.inputs})
    if args.commit == "HEAD" and (edited := git.changed(paths)):
        logging.warning("not committed, so not built: %s", ", ".join(edited[:5]))
    plans = build.plan_builds(config, commit, git, wiring.workspace, registry, wiring.base)
    if args.dry_run:
        return report.of_images("Would build", [(p.image, p.inputs, p.source, None) for p in plans])
    built = build.apply(
        plans, config, commit, git, lambda: wiring.engine, wiring.workspace, registry, wiring.base, wiring.build_secrets
    )
    return report.of_images("Images", [(b.image, b.inputs, b.source, b.manifest) for b in built])
