"""release publish: put the scanned images into the registry under a version."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from release.commands.common.committed import agreed, functions_of
from release.commands.common.options import BUNDLE, add_database, digests_of
from release.commands.common.scantargets import archive_target, by_digest, code_targets, other_side

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.gate.scan import ScanTarget
    from release.releases.publish import Publication
    from release.report import Report
    from release.settings.config import Config

SUMMARY = "put the scanned images into the registry under a version"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("version", "release", "digests")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("--version", dest="release_version", metavar="X.Y.Z-rc.N", help="default: the candidate")
    sub.add_argument("--commit", default="HEAD", help="the commit the images were built from (default: HEAD)")
    sub.add_argument("--expect", metavar="DIGESTS", help="image=sha256:… words: what the archives must be")
    add_database(sub)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Images of a commit into the registry, and the record that makes them a release."""
    from release.commands.common import drafted
    from release.images import build
    from release.releases import bundling, drafting, publish, recording, report, takenover
    from release.releases.tags import checked_version

    commit = wiring.git.resolve(args.commit)
    config, workspace = wiring.config_at(commit), wiring.workspace
    version = checked_version(args.release_version or _candidate(wiring, commit))
    expected = None if args.expect is None else digests_of(args.expect)
    bundling.named_paths(wiring.git, commit, config.template)
    agreed(wiring, commit, config)
    bases = wiring.bases_of_build()
    images = build.plan_builds(config, commit, wiring.git, workspace, wiring.registry, bases)
    if expected is not None:
        publish.check_arrival(images, {name: one for name, one in expected.items() if name != BUNDLE}, workspace)
    tags = {name: wiring.registry.tags(image.repository) for name, image in config.images.items()}
    plans = publish.plan_publication(config, version, commit, images, tags)
    digest = recording.known(version, commit, wiring.store, config.records)
    bundle = None if digest else _built_bundle(wiring, commit, config, expected)
    if not args.dry_run:
        earlier = None if digest else takenover.before(wiring.store, config.records)
        there = takenover.bills({plan.image: plan.digest for plan in plans}, earlier, wiring.registry)
        zips: Mapping[str, str] = {}
        if not digest or any(plan.push for plan in plans):
            zips = _pushed(args.database, wiring, commit, config, plans, there)
        draft = drafted.draft(wiring, version, commit, plans, zips, there, earlier)
        with workspace.scratch() as folder:
            digest = drafting.publish(
                draft, config, wiring.git, wiring.registry, wiring.store, folder, wiring.limits, bundle
            )
    rows = [(plan.image, plan.digest, plan.push, plan.tags) for plan in plans]
    return report.of_publication(version, commit, digest, rows)


def _pushed(
    database: str,
    wiring: Wiring,
    commit: str,
    config: Config,
    plans: Sequence[Publication],
    there: Mapping[str, bytes],
) -> Mapping[str, str]:
    """Have the images in the registry, each with a bill of materials; ``there``: those whose bill the registry has.

    Answers the ZIP code that the gate looked at, name -> digest.
    """
    from release.gate import gate
    from release.releases import publish

    guard, workspace = wiring.gate(database), wiring.workspace
    pushed = {plan.image: workspace.archive(plan.image, plan.inputs) for plan in plans if plan.push}
    archives = tuple(archive_target(wiring, archive) for archive in pushed.values() if archive)
    kept = by_digest(wiring, {plan.image: plan.digest for plan in plans if not plan.push})
    with code_targets(wiring, commit, config) as code:
        gate.require(guard, (*archives, *kept, *code), other_side(wiring))
        _check_starts(wiring, commit, config, archives)
        zips = {target.image: target.manifest.digest for target in code}
    due = {plan.image: guard.records.sbom(plan.image, plan.digest) for plan in plans if plan.image not in there}
    publish.apply(tuple(plans), config, wiring.registry, workspace, due)
    return zips


def _check_starts(wiring: Wiring, commit: str, config: Config, archives: Sequence[ScanTarget]) -> None:
    """Raises GateError unless each of ``archives`` was started, and well, or need not be."""
    from release.images import starting

    functions = functions_of(wiring, commit, config) if archives else {}
    for archive in archives:
        image, digest = archive.image, archive.manifest.digest
        record = wiring.starts.start(image, digest)
        starting.require(image, digest, functions.get(image, ()), config.images[image].start, record)


def _built_bundle(wiring: Wiring, commit: str, config: Config, expected: Mapping[str, str] | None) -> Path | None:
    """The bundle that release build made, where there is code in it that has to be built.

    Raises NotFoundError: it is not on this machine; ConflictError: it is not the one that was handed on.
    """
    from release.digest import sha256_of_file
    from release.errors import ConflictError
    from release.releases import building, bundling

    builds = building.needed(wiring.git, commit, config.template)
    if not builds:
        return None
    path = wiring.built_bundle(bundling.inputs(wiring.git, commit, config.template, bundling.wanted(config)))
    if not path.exists():
        raise bundling.not_built(builds)
    if expected is not None and expected.get(BUNDLE) != (found := sha256_of_file(path)):
        raise ConflictError(
            f"the bundle is {found}, handed on was {expected.get(BUNDLE, 'none')}",
            untouched="the registry",
            next_step="run the whole workflow again",
        )
    return path


def _candidate(wiring: Wiring, commit: str) -> str:
    from release.errors import NothingToRelease
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, commit, changes=wiring.changes)
    if not answer.is_due or answer.candidate is None:
        raise NothingToRelease(f"nothing to release at {commit[:12]}", untouched="everything", next_step="release plan")
    return str(answer.candidate)
