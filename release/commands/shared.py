"""What several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.deployments.deployplan import DeployPlan
    from release.deployments.target import Target
    from release.gate.scan import ScanTarget
    from release.report import Report

#: step outputs of the commands that answer with the next version
VERSION_OUTPUTS = (
    "version",
    "tag",
    "previous",
    "bump",
    "is-due",
    "is-prerelease",
    "commit",
    "commits",
    "release",
    "candidate",
)


def add_database(sub: argparse.ArgumentParser) -> None:
    """The option that names another repository of advisories."""
    sub.add_argument("--database", default="", metavar="REPOSITORY", help="advisories: host/name:tag, or public")


def by_digest(wiring: Wiring, digests: Mapping[str, str]) -> tuple[ScanTarget, ...]:
    """What the registry has under ``digests`` (image -> digest), to be scanned."""
    from release.gate.scan import ScanTarget

    found = []
    for image, digest in digests.items():
        repository = wiring.config.images[image].repository
        manifest = wiring.registry.manifest(repository, digest)
        found.append(ScanTarget(image, manifest, uri=wiring.registry.uri(repository, digest)))
    return tuple(found)


def carry_out(
    plan: DeployPlan, target: Target, args: argparse.Namespace, wiring: Wiring, *, verb: str, reason: str = ""
) -> Report:
    """A plan of a deployment or a rollback, carried out and told, whatever its end."""
    from release.deployments import deploy, deployreport, facts
    from release.errors import DeployFailed, PutBackFailed

    if args.dry_run:
        return deployreport.of_plan(plan)
    known = facts.gather(plan, target, wiring.records, reason=reason, click=wiring.rollback_url)
    try:
        done = deploy.apply(plan, target)
    except (DeployFailed, PutBackFailed) as error:
        error.report = deployreport.of_failure(plan, known)
        raise
    return deployreport.of_deployment(plan, known, done.smoke, done.recorded, done.api, verb)
