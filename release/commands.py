"""One function per command: parsed arguments -> the stage's ports -> the stage -> its report.

Everything is imported where it is used: ``release version`` must not pay for what ``release deploy`` needs.
"""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.core.report import Report
    from release.wiring import Wiring


def version(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version."""
    from release.core.report import Report
    from release.stages import version

    answer = version.next_version(wiring.git, wiring.versions, args.revision, inputs=wiring.inputs)
    data = version.as_json(answer, candidate=args.candidate)
    return Report(data, data["version"] or "", outputs=version.outputs(answer, candidate=args.candidate))


def changelog(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The section for the next version, or of a tag."""
    from release.core.report import Report
    from release.stages import changelog

    if args.tag:
        text = changelog.section_of_tag(wiring.git, wiring.versions, args.tag)
        return Report({"tag": args.tag, "section": text}, text)
    section = changelog.next_section(
        wiring.git, wiring.versions, wiring.today, args.revision, authors=args.authors, inputs=wiring.inputs
    )
    return Report({"version": str(section.answer.version), "section": section.text}, section.text.rstrip())


def plan(args: argparse.Namespace, wiring: Wiring) -> Report:
    """What would be released and why; exit code 3 when nothing would."""
    from release.core import releaseplan
    from release.core.report import Report
    from release.errors import NothingToRelease
    from release.stages import plan, version

    found = plan.plan(wiring.git, wiring.versions, wiring.inputs or {}, args.revision, branch=args.branch)
    answer = found.answer
    outputs = version.outputs(answer, candidate=True) | {"release": str(answer.is_due).lower()}
    return Report(
        data=version.as_json(answer, candidate=True) | releaseplan.as_json(found),
        text=releaseplan.text(found),
        summary=releaseplan.summary(found),
        outputs=outputs,
        exit_code=0 if answer.is_due else NothingToRelease.exit_code,
    )


def prepare(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version's section into CHANGELOG.md."""
    from release.core.report import Report
    from release.stages import prepare

    path = wiring.folder / "CHANGELOG.md"
    found = prepare.plan(wiring.git, wiring.versions, wiring.today, path, authors=args.authors, inputs=wiring.inputs)
    if not args.dry_run:
        prepare.apply(found)
    answer = found.section.answer
    data = {"version": str(answer.version), "tag": answer.tag, "changes": found.changes, "path": "CHANGELOG.md"}
    if not found.changes:
        text = f"CHANGELOG.md has the section of {answer.version} already"
    else:
        done = "would get" if args.dry_run else "has"
        text = f"CHANGELOG.md {done} the section of {answer.version}; commit it, then tag that commit {answer.tag}"
    return Report(data, f"{text}\n\n{found.section.text}".rstrip(), outputs={"version": str(answer.version)})


def check_tag(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Whether a tag may be released."""
    from release.core.report import Report
    from release.stages import check_tag

    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, ask_remote=args.remote)
    version = check_tag.version_of(wiring.git, wiring.versions, args.tag)
    data = {"tag": args.tag, "version": version, "commit": accepted.commit}
    text = f"{args.tag} may be released: version {version} of commit {accepted.commit[:12]}"
    return Report(data, text, f"### {text}\n", {"version": version, "commit": accepted.commit})


def promote(args: argparse.Namespace, wiring: Wiring) -> Report:
    """A checked tag's version onto the proven digests."""
    from release.core import reports
    from release.core.tags import bound_versions
    from release.stages import check_tag, observe, promote, publish

    tags = observe.tags_by_image(wiring.config, wiring.registry)
    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, released=bound_versions(tags))
    version = check_tag.version_of(wiring.git, wiring.versions, args.tag)
    plans = promote.plan(wiring.config, version, accepted.commit, tags)
    if not args.dry_run:
        publish.apply(plans, wiring.config, wiring.registry, wiring.workspace)
    return reports.of_publication(version, accepted.commit, [(p.image, p.digest, p.push, p.tags) for p in plans])


def build(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.stages import build

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


def _candidate(wiring: Wiring, commit: str) -> str:
    from release.errors import NothingToRelease
    from release.stages import version

    answer = version.next_version(wiring.git, wiring.versions, commit, inputs=wiring.inputs)
    if not answer.is_due or answer.candidate is None:
        raise NothingToRelease(f"nothing to release at {commit[:12]}", untouched="everything", next_step="release plan")
    return str(answer.candidate)


def publish(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.core.tags import checked_version
    from release.stages import build, observe, publish

    commit = wiring.git.resolve(args.commit)
    version = checked_version(args.release_version or _candidate(wiring, commit))
    images = build.plan(wiring.config, commit, wiring.git, wiring.workspace, wiring.registry, wiring.base)
    plans = publish.plan(wiring.config, version, commit, images, observe.tags_by_image(wiring.config, wiring.registry))
    if not args.dry_run:
        publish.apply(plans, wiring.config, wiring.registry, wiring.workspace)
    return reports.of_publication(version, commit, [(p.image, p.digest, p.push, p.tags) for p in plans])


def deploy(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.core.tags import checked_version
    from release.stages import deploy

    ports = wiring.ports(wiring.config.environment(args.environment))
    version = checked_version(args.release_version)
    plan = deploy.plan(wiring.config, args.environment, version, ports, if_newer=args.if_newer)
    if args.dry_run:
        return reports.of_plan(plan)
    outcome = deploy.apply(plan, wiring.config, ports)
    return reports.of_deployment(plan, outcome.smoke, outcome.recorded, "deployed")


def rollback(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.core.tags import checked_version
    from release.stages import deploy, rollback

    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = rollback.plan(wiring.config, args.environment, checked_version(args.to) if args.to else None, ports)
    if args.dry_run:
        return reports.of_plan(plan)
    outcome = deploy.apply(plan, wiring.config, ports)
    return reports.of_deployment(plan, outcome.smoke, outcome.recorded, "rolled back", args.reason)


def smoke(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.errors import RemoteError
    from release.stages import smoke

    spec = wiring.config.environment(args.environment)
    results = smoke.against_live(spec, wiring.git, wiring.cloud(spec))
    failed = [result for result in results if not result.passed]
    if failed:
        print(reports.of_smoke(spec.name, results).text, file=sys.stderr)
        raise RemoteError(
            f"{len(failed)} of {len(results)} smoke tests failed in {spec.name}",
            next_step=f"release rollback {spec.name}",
        )
    return reports.of_smoke(spec.name, results)


def status(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.stages import status

    names = [wiring.config.environment(args.environment).name] if args.environment else list(wiring.config.environments)
    rows = []
    for name in names:
        cloud = wiring.cloud(wiring.config.environment(name))
        seen = status.status(wiring.config, name, cloud, wiring.git, wiring.registry)
        rows.append((name, seen.stack, seen.live, seen.recorded, seen.problem))
    return reports.of_status(rows)


def history(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.stages import status

    lines = status.history(wiring.config, args.environment, wiring.registry)
    return reports.of_history(args.environment, [(line.deployment, line.commit) for line in lines])


def rehearse(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core.report import Report
    from release.rehearsal import scenario, world

    if args.stop:
        stopped = world.stop_kept(wiring.env, logging.info)
        return Report({"stopped": stopped}, f"{stopped} rehearsals stopped")
    return scenario.run(wiring.folder.resolve(), wiring.env, keep=args.keep)
