"""Commands about images: build, scan, publish, promote."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from release.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from release.bootstrap import Wiring
    from release.gate.gate import Gate
    from release.gate.scan import ScanPlan, Target
    from release.report import Report


def build(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.deployments import reports
    from release.images import build

    config, git, commit = wiring.config, wiring.git, wiring.git.resolve(args.commit)
    registry = None if args.offline else wiring.registry
    paths = sorted({path for image in config.images.values() for path in image.inputs})
    if args.commit == "HEAD" and (edited := git.changed(paths)):
        logging.warning("not committed, so not built: %s", ", ".join(edited[:5]))
    plans = build.plan(config, commit, git, wiring.workspace, registry, wiring.base)
    if args.dry_run:
        return reports.of_images("Would build", [(p.image, p.inputs, p.source, None) for p in plans])
    built = build.apply(
        plans, config, commit, git, lambda: wiring.engine, wiring.workspace, registry, wiring.base, wiring.build_secrets
    )
    return reports.of_images("Images", [(b.image, b.inputs, b.source, b.manifest) for b in built])


def scan(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Every archive of the present commit, or what is live; a report in any case, then the refusal if one is due."""
    import json
    from pathlib import Path

    from release import __version__
    from release.deployments import reports
    from release.gate import gate, sarif, scan

    guard = wiring.gate(args.database)
    plan = _live_scan(wiring, guard, args.live) if args.live else _archive_scan(wiring, guard)
    if not plan.targets:
        return reports.of_nothing_to_scan(args.live)
    if args.dry_run:
        return reports.of_scan_plan([str(target) for target in plan.targets], plan.files, guard.policy.database)
    results = gate.run(guard, plan)
    report = reports.of_scan([(r.verdict, r.record) for r in results])
    if args.sarif:
        document = sarif.sarif([r.verdict for r in results], version=__version__)
        Path(args.sarif).write_text(json.dumps(document, indent=2), encoding="utf-8")
    try:
        scan.checked(results)
    except GateError as error:
        error.report = report
        raise
    return report


def _archive_scan(wiring: Wiring, guard: Gate) -> ScanPlan:
    from release.errors import NotFoundError
    from release.gate.scan import ScanPlan, Target
    from release.images import build

    config, workspace = wiring.config, wiring.workspace
    plans = build.plan(config, wiring.git.resolve("HEAD"), wiring.git, workspace, None, wiring.base)
    archives = [archive for item in plans if (archive := workspace.archive(item.image, item.inputs))]
    if not archives:
        raise NotFoundError("no image of this commit is built here", untouched="everything", next_step="release build")
    targets = tuple(Target(archive.image, archive.manifest, archive.path) for archive in archives)
    files = (*sorted({image.dockerfile for image in config.images.values()}), config.template)
    whole = len(targets) == len(config.images)
    return ScanPlan(targets, guard.policy, guard.vex, wiring.folder.resolve(), files, whole=whole)


def _live_scan(wiring: Wiring, guard: Gate, environment: str) -> ScanPlan:
    """What the ledger says is live; without targets while nothing was ever proven there."""
    from release.deployments import ledger, observe
    from release.gate.scan import ScanPlan

    wiring.config.environment(environment)
    entries = ledger.deployments(environment, observe.tags_by_image(wiring.config, wiring.registry))
    targets = _remote(wiring, entries[-1].digests) if entries else ()
    return ScanPlan(targets, guard.policy, guard.vex, whole=False)


def _remote(wiring: Wiring, digests: Mapping[str, str]) -> tuple[Target, ...]:
    from release.gate.scan import Target

    found = []
    for image, digest in digests.items():
        repository = wiring.config.images[image].repository
        manifest = wiring.registry.manifest(repository, digest)
        found.append(Target(image, manifest, uri=wiring.registry.uri(repository, digest)))
    return tuple(found)


def publish(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Archives of a commit into the registry, under its candidate or a given version."""
    from release.deployments import observe, reports
    from release.gate import gate
    from release.gate.scan import Target
    from release.images import build
    from release.releases import publish
    from release.releases.tags import checked_version

    config, workspace = wiring.config, wiring.workspace
    commit = wiring.git.resolve(args.commit)
    version = checked_version(args.release_version or _candidate(wiring, commit))
    images = build.plan(config, commit, wiring.git, workspace, wiring.registry, wiring.base)
    if args.expect is not None:
        publish.check_arrival(images, _pairs(args.expect), workspace)
    plans = publish.plan(config, version, commit, images, observe.tags_by_image(config, wiring.registry))
    if not args.dry_run and any(plan.push or plan.tags for plan in plans):
        guard = wiring.gate(args.database)
        pushed = {p.image: workspace.archive(p.image, p.inputs) for p in plans if p.push}
        archives = tuple(Target(a.image, a.manifest, a.path) for a in pushed.values() if a)
        gate.require(guard, (*archives, *_remote(wiring, {p.image: p.digest for p in plans if not p.push})))
        sboms = {plan.image: guard.records.sbom(plan.image, plan.digest) for plan in plans}
        publish.apply(plans, config, wiring.registry, workspace, sboms)
    return reports.of_publication(version, commit, [(p.image, p.digest, p.push, p.tags) for p in plans])


def _candidate(wiring: Wiring, commit: str) -> str:
    from release.errors import NothingToRelease
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, commit, inputs=wiring.inputs)
    if not answer.is_due or answer.candidate is None:
        raise NothingToRelease(f"nothing to release at {commit[:12]}", untouched="everything", next_step="release plan")
    return str(answer.candidate)


def _pairs(text: str) -> dict[str, str]:
    """``export=sha256:… report=sha256:…``. Raises UsageError."""
    from release.errors import UsageError
    from release.releases.tags import is_digest

    found = dict(word.partition("=")[::2] for word in text.split())
    if not all(is_digest(digest) for digest in found.values()):
        raise UsageError(f"{text!r} is not image=sha256:… for each image", untouched="everything")
    return found


def promote(args: argparse.Namespace, wiring: Wiring) -> Report:
    """A checked tag's version onto the proven digests."""
    from release.deployments import observe, reports
    from release.gate import gate
    from release.releases import promote, publish
    from release.releases.tags import bound_versions
    from release.versions import check_tag

    tags = observe.tags_by_image(wiring.config, wiring.registry)
    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, released=bound_versions(tags))
    version = check_tag.version_of(wiring.git, wiring.versions, args.tag)
    plans = promote.plan(wiring.config, version, accepted.commit, tags)
    if not args.dry_run:
        gate.require(wiring.gate(args.database), _remote(wiring, {plan.image: plan.digest for plan in plans}))
        publish.apply(plans, wiring.config, wiring.registry, wiring.workspace)
    return reports.of_publication(version, accepted.commit, [(p.image, p.digest, p.push, p.tags) for p in plans])
