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
    from release.releases.record import RecordedVerdict
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
    from release.gate import gate
    from release.images import build
    from release.releases import bundling, drafting, publish, recording, report, takenover
    from release.releases.drafting import Draft
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
    digests, zips = {plan.image: plan.digest for plan in plans}, dict[str, str]()
    earlier = None if digest else takenover.before(wiring.store, config.records)
    there = takenover.bills(digests, earlier, wiring.registry)
    if not args.dry_run and not (digest and all(not plan.push for plan in plans)):
        guard = wiring.gate(args.database)
        pushed = {p.image: workspace.archive(p.image, p.inputs) for p in plans if p.push}
        archives = tuple(archive_target(wiring, archive) for archive in pushed.values() if archive)
        kept = by_digest(wiring, {p.image: p.digest for p in plans if not p.push})
        with code_targets(wiring, commit, config) as code:
            gate.require(guard, (*archives, *kept, *code), other_side(wiring))
            _check_starts(wiring, commit, config, archives)
            zips = {target.image: target.manifest.digest for target in code}
        sboms = {name: guard.records.sbom(name, each) for name, each in digests.items() if name not in there}
        publish.apply(plans, config, wiring.registry, workspace, sboms)
    if not args.dry_run:
        parts = digests | zips
        draft = Draft(
            version=version,
            commit=commit,
            images={plan.image: (plan.inputs, plan.digest) for plan in plans},
            sboms={name: there.get(name) or wiring.records.sbom(name, each) for name, each in parts.items()},
            verdicts={name: _verdict(wiring, name, each) for name, each in parts.items()},
            changes=_changes(wiring, commit),
            branch=wiring.git.checkout(commit).branch,
        )
        with workspace.scratch() as folder:
            digest = drafting.publish(
                draft, config, wiring.git, wiring.registry, wiring.store, folder, wiring.limits, bundle
            )
    rows = [(plan.image, plan.digest, plan.push, plan.tags) for plan in plans]
    return report.of_publication(version, commit, digest, rows)


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


def _verdict(wiring: Wiring, image: str, digest: str) -> RecordedVerdict:
    """What the gate said, as the record keeps it; "not scanned" where a record of the digest is not on this machine."""
    from release.gate.verdict import Decision
    from release.releases.record import RecordedVerdict

    scan = wiring.records.record(image, digest)
    if scan is None:
        return RecordedVerdict("not scanned here", "")
    reported = sorted(key for key, (decision, _) in scan.findings.items() if decision is not Decision.BLOCKS)
    return RecordedVerdict(scan.outcome.value, scan.policy, tuple(reported))


def _changes(wiring: Wiring, commit: str) -> str:
    """The section of the changelog that this release adds; "" when no commit asks for one."""
    from release.errors import NothingToRelease
    from release.versions import sections

    try:
        return sections.next_section(
            wiring.git, wiring.versions, wiring.git.position(commit)[1][:10], commit, changes=wiring.changes
        ).text
    except NothingToRelease:
        return ""


def _candidate(wiring: Wiring, commit: str) -> str:
    from release.errors import NothingToRelease
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, commit, changes=wiring.changes)
    if not answer.is_due or answer.candidate is None:
        raise NothingToRelease(f"nothing to release at {commit[:12]}", untouched="everything", next_step="release plan")
    return str(answer.candidate)
