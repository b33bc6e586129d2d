"""release build: build each image as an OCI layout, or reuse one with equal inputs."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from release.commands.common.options import BUNDLE, add_images, chosen
from release.errors import GateError

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report
    from release.settings.config import Config

SUMMARY = "build each image as an OCI layout, or reuse one with equal inputs"
CHANGES = True
OUTPUTS: tuple[str, ...] = ("digests", "built")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    add_images(sub, "build")
    sub.add_argument("--commit", default="HEAD", help="the commit to build (default: HEAD)")
    sub.add_argument(
        "--verify", metavar="X.Y.Z", help="build a release again without a cache and compare; nothing is kept"
    )
    sub.add_argument("--offline", action="store_true", help="do not ask the registry whether it has an image already")
    sub.add_argument("--no-cache", action="store_true", help="build anew, whatever is there, and run every step again")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Build each image as an OCI layout, or reuse one with equal inputs."""
    from release.images import budget, build, contextfiles, reading, report
    from release.releases import bundling

    if args.verify is not None:
        return _verified(args, wiring)
    git, commit = wiring.git, wiring.git.resolve(args.commit)
    config, registry = wiring.config_at(commit), None if args.offline else wiring.registry
    only = chosen(args, config)
    named = [each.path for each in bundling.named_paths(git, commit, config.template)]
    paths = sorted(
        {"release.toml", config.template, *named, *(path for image in config.images.values() for path in image.inputs)}
    )
    if args.commit == "HEAD" and (edited := git.changed(paths)):
        counted = contextfiles.counted(edited, config.images.values(), git, commit)
        if counted:
            logging.warning("not committed, so not built: %s", ", ".join(counted[:5]))
    bases = wiring.bases if args.dry_run else wiring.bases_of_build(fresh=True)
    plans = build.plan_builds(config, commit, git, wiring.workspace, registry, bases, images=only, anew=args.no_cache)
    notes = reading.notes(plan.recipe.reading for plan in plans)
    if args.dry_run:
        return report.of_images("Would build", [(p.image, p.inputs, p.source, None) for p in plans], notes)
    built = build.apply(
        *(plans, config, commit, git, lambda: wiring.engine, wiring.workspace, registry, wiring.build_secrets),
        no_cache=args.no_cache,
    )
    rows = [(b.image, b.inputs, b.source, b.manifest) for b in built]
    answer = report.of_images("Images", rows, [*notes, *(note for b in built for note in b.notes)])
    if digest := "" if only else _bundle(wiring, commit, config, anew=args.no_cache):
        digests = f"{answer.outputs['digests']} {BUNDLE}={digest}"
        answer = replace(
            answer,
            data={**answer.data, "bundle": digest},
            text=f"{answer.text}\nbundle with built code: {digest}",
            outputs={**answer.outputs, "digests": digests},
        )
    try:
        budget.checked(budget.sized(built, config, registry))
    except GateError as error:
        error.report = answer
        raise
    return answer


def _bundle(wiring: Wiring, commit: str, config: Config, *, anew: bool) -> str:
    """The digest of the bundle, where ZIP code in it has to be built; "" where none has to be."""
    from release.digest import sha256_of_file
    from release.releases import building, bundling

    if not building.needed(wiring.git, commit, config.template):
        return ""
    complete = bundling.wanted(config)
    target = wiring.built_bundle(bundling.inputs(wiring.git, commit, config.template, complete))
    if anew or not target.exists():
        with wiring.workspace.scratch() as folder:
            tree, archive = folder / "tree", folder / "bundle.tar.gz"
            tree.mkdir()
            builder = wiring.code_builder
            bundling.write(wiring.git, commit, config.template, tree, archive, wiring.limits, builder, complete)
            archive.replace(target)
    return sha256_of_file(target)


def _verified(args: argparse.Namespace, wiring: Wiring) -> Report:
    """A released version, built again from its commit and compared."""
    from release.errors import ConflictError, UsageError
    from release.images import build, report, verify
    from release.images.inputs import inputs_tag
    from release.releases import recording
    from release.releases.tags import checked_version

    if args.offline or args.no_cache or args.images or args.group or args.commit != "HEAD":
        raise UsageError(
            "--verify takes the commit and the images from the registry",
            untouched="everything",
            next_step=f"release build --verify {args.verify}",
        )
    version = checked_version(args.verify)
    _, record = recording.recorded(version, wiring.store, wiring.config.records)
    commit = wiring.git.resolve(record.commit)
    then = recording.settings_of(record)
    plans = build.plan_builds(then, commit, wiring.git, wiring.workspace, None, wiring.bases)
    if args.dry_run:
        return report.of_images("Would build again", [(p.image, p.inputs, "build", None) for p in plans])
    compared = verify.rebuild(
        then,
        commit,
        record.digests,
        wiring.git,
        wiring.engine,
        wiring.workspace,
        wiring.registry,
        wiring.bases,
        wiring.build_secrets,
    )
    tags = {name: wiring.registry.tags(image.repository) for name, image in record.images.items()}
    known = {plan.image: tags.get(plan.image, {}).get(inputs_tag(plan.inputs)) for plan in plans}
    answer = report.of_verification(version, commit, compared, known)
    try:
        verify.checked(version, compared)
    except ConflictError as error:
        error.report = answer
        raise
    return answer
