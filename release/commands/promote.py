"""release promote: put a checked tag's version onto the digests that were proven."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.shared import add_database, by_digest, other_side

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "put a checked tag's version onto the digests that were proven"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "digests")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("tag", metavar="TAG", help="a release tag, like v1.4.0")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """A checked tag's version onto the proven digests."""
    from release.deployments import ledger, observe
    from release.gate import gate
    from release.releases import promote, publish, report
    from release.releases.tags import bound_versions
    from release.versions import check_tag

    tags = observe.tags_by_image(wiring.config, wiring.registry)
    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, released=bound_versions(tags))
    version = check_tag.version_of(wiring.versions, args.tag)
    proven = ledger.proven_digests(wiring.config.environments, tags)
    plans = promote.plan_promotion(wiring.config, version, accepted.commit, tags, proven)
    if not args.dry_run:
        targets = by_digest(wiring, {plan.image: plan.digest for plan in plans})
        gate.require(wiring.gate(args.database), targets, other_side(wiring))
        publish.apply(plans, wiring.config, wiring.registry, wiring.workspace)
    return report.of_publication(version, accepted.commit, [(p.image, p.digest, p.push, p.tags) for p in plans])
