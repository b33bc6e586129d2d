"""release promote: put a checked tag's version onto the digests that were proven."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.options import add_database
from release.commands.common.scantargets import by_digest, other_side

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "put a checked tag's version onto the digests that were proven"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "release", "digests")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("tag", metavar="TAG", help="a release tag, like v1.4.0")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """A checked tag's version onto the proven release."""
    from release.deployments.ledger import Ledger
    from release.deployments.target import ledger_repository
    from release.gate import gate
    from release.releases import promote, recording, report
    from release.versions import check_tag

    config, store = wiring.config, wiring.store

    def proven(environment: str, digest: str) -> bool:
        return Ledger(environment, store, ledger_repository(config.records, environment)).has_proven(digest)

    released = recording.versions(store.tags(config.records))
    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, released=released)
    version = check_tag.version_of(wiring.versions, args.tag)
    promotion = promote.plan_promotion(config, version, accepted.commit, store, wiring.registry, proven)
    if not args.dry_run:
        targets = by_digest(wiring, promotion.record.digests)
        gate.require(wiring.gate(args.database), targets, other_side(wiring))
        promote.apply(promotion, config, store, wiring.registry)
    tags = {name: (version,) if name in promotion.named else () for name in promotion.record.images}
    rows = [(name, digest, False, tags[name]) for name, digest in promotion.record.digests.items()]
    return report.of_publication(version, accepted.commit, promotion.digest, rows)
