"""release publish: put the scanned images into the registry under a version."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.shared import add_database, archive_target, by_digest, digests_of, other_side

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "put the scanned images into the registry under a version"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "digests")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--version", dest="release_version", metavar="X.Y.Z-rc.N", help="default: the candidate")
    sub.add_argument("--commit", default="HEAD", help="the commit the images were built from (default: HEAD)")
    sub.add_argument("--expect", metavar="DIGESTS", help="image=sha256:… words: what the archives must be")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Archives of a commit into the registry, under its candidate or a given version."""
    from release.deployments import observe
    from release.gate import gate
    from release.images import build
    from release.releases import publish, report
    from release.releases.tags import checked_version

    commit = wiring.git.resolve(args.commit)
    config, workspace = wiring.config_at(commit), wiring.workspace
    version = checked_version(args.release_version or _candidate(wiring, commit))
    bases = wiring.bases_of_build()
    images = build.plan_builds(config, commit, wiring.git, workspace, wiring.registry, bases)
    if args.expect is not None:
        publish.check_arrival(images, digests_of(args.expect), workspace)
    plans = publish.plan_publication(config, version, commit, images, observe.tags_by_image(config, wiring.registry))
    if not args.dry_run and any(plan.push or plan.tags for plan in plans):
        guard = wiring.gate(args.database)
        pushed = {p.image: workspace.archive(p.image, p.inputs) for p in plans if p.push}
        archives = tuple(archive_target(wiring, archive) for archive in pushed.values() if archive)
        there = by_digest(wiring, {p.image: p.digest for p in plans if not p.push})
        gate.require(guard, (*archives, *there), other_side(wiring))
        sboms = {plan.image: guard.records.sbom(plan.image, plan.digest) for plan in plans}
        publish.apply(plans, config, wiring.registry, workspace, sboms)
    return report.of_publication(version, commit, [(p.image, p.digest, p.push, p.tags) for p in plans])


def _candidate(wiring: Wiring, commit: str) -> str:
    from release.errors import NothingToRelease
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, commit, changes=wiring.changes)
    if not answer.is_due or answer.candidate is None:
        raise NothingToRelease(f"nothing to release at {commit[:12]}", untouched="everything", next_step="release plan")
    return str(answer.candidate)
