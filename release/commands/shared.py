"""What several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from release.bootstrap import Wiring
    from release.deployments.deployplan import DeployPlan
    from release.deployments.target import Target
    from release.gate.scan import ScanTarget
    from release.images.model import Archive
    from release.report import Report
    from release.settings.config import Config
    from release.settings.functionenv import StartSettings

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


#: What the bundle is called among the digests that a build hands on; no image has such a name.
BUNDLE = "Bundle"


def add_database(sub: argparse.ArgumentParser) -> None:
    """The option that names another repository of advisories."""
    sub.add_argument("--database", default="", metavar="REPOSITORY", help="advisories: host/name:tag, or public")


def add_project(sub: argparse.ArgumentParser) -> None:
    """The options that make a command work in an empty folder: no clone, no release.toml."""
    sub.add_argument(
        "--project",
        default="",
        metavar="NAME",
        help="without a clone: the settings are those of the project's newest release",
    )
    sub.add_argument("--region", default="", metavar="R", help="with --project: its registry's region")


def add_images(sub: argparse.ArgumentParser, verb: str) -> None:
    """Which images: by name, by group, or every one."""
    sub.add_argument("images", nargs="*", default=[], metavar="IMAGE", help=f"{verb} these images only (default: all)")
    sub.add_argument("--group", default="", metavar="NAME[,NAME]", help=f"{verb} the images of these groups only")


def chosen(args: argparse.Namespace, config: Config) -> list[str]:
    """The images that were asked for; none: every one. Raises NotFoundError: no image has such a group."""
    from release.errors import NotFoundError

    asked = [name for name in args.group.split(",") if name]
    known = {image.group for image in config.images.values()} - {""}
    if unknown := sorted(set(asked) - known) or (["".join(args.group)] if args.group and not asked else []):
        raise NotFoundError(
            f"no image of release.toml has the group {unknown[0]!r} (groups: {', '.join(sorted(known)) or 'none'})",
            untouched="everything",
            next_step="name one of these, or write group into [images.<name>] in release.toml",
        )
    return [*args.images, *(n for n, i in config.images.items() if i.group in asked and n not in args.images)]


def digests_of(text: str) -> dict[str, str]:
    """``export=sha256:… report=sha256:…``, image -> digest. Raises UsageError."""
    from release.digest import is_digest
    from release.errors import UsageError

    found = dict(word.partition("=")[::2] for word in text.split())
    if not all(is_digest(digest) for digest in found.values()):
        raise UsageError(
            f"{text!r} is not image=sha256:… for each image",
            untouched="everything",
            next_step="hand on what release build printed as digests",
        )
    return found


def by_digest(wiring: Wiring, digests: Mapping[str, str]) -> tuple[ScanTarget, ...]:
    """What the registry has under ``digests`` (image -> digest), to be scanned."""
    from release.gate.scan import ScanTarget

    found = []
    for image, digest in digests.items():
        repository = wiring.config.images[image].repository
        manifest = wiring.registry.manifest(repository, digest)
        found.append(ScanTarget(image, manifest, uri=wiring.registry.uri(repository, digest)))
    return tuple(found)


def functions_of(wiring: Wiring, commit: str, config: Config) -> Mapping[str, tuple[StartSettings, ...]]:
    """Image -> the functions of the template of ``commit`` that run it, as Lambda will start them.

    Of the parameters only defaults are known, and a version in the form of one: which environment comes is open.
    """
    from release.completion import starts
    from release.releases import bundling

    region = config.registry_region
    values = {"AWS::Region": region, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
    values |= {"ReleaseVersion": "0.0.0", "GitSha": commit}
    return starts.of_functions(
        config.template, lambda path: wiring.git.show(commit, path), bundling.wanted(config), values
    )


def agreed(wiring: Wiring, commit: str, config: Config) -> Sequence[str]:
    """Notes about parameters and smoke tests of ``commit``, as far as release.toml and template tell of them.

    Raises UsageError: an environment is given a parameter that there is not, or a secret in plain text; or a smoke test
    names what cannot be there. Of what depends on a condition, only whoever deploys knows every parameter.
    """
    from release.completion import tree
    from release.errors import UsageError
    from release.releases import bundling
    from release.settings import agreement, cfn, parameters, reachable

    read = tree.reader(config.template, lambda path: wiring.git.show(commit, path), bundling.wanted(config))
    template = cfn.load(read(config.template), config.template)
    defaults = {name: one.default for name, one in parameters.declared(template).items() if one.default is not None}
    notes: dict[str, None] = {}
    for environment in config.environments.values():
        name, given, here = environment.name, environment.parameters, wiring.overrides(environment.name)
        agreement.check(template, given, here, name)
        notes |= dict.fromkeys(agreement.notes(template, {**given, **here}, name))
        if certain := next(reachable.missing(template, config.smoke, name, {}), ""):
            raise UsageError(
                f"release.toml: {certain}", untouched="everything", next_step="correct the smoke test, or the template"
            )
        values = {**defaults, **given, **here, "AWS::Region": environment.region, "AWS::StackName": environment.stack}
        notes |= dict.fromkeys(
            f"{one}, unless it is deployed with other parameters"
            for one in reachable.missing(template, config.smoke, name, values)
        )
    return tuple(notes)


@contextmanager
def code_targets(wiring: Wiring, commit: str, config: Config) -> Iterator[tuple[ScanTarget, ...]]:
    """The code of ZIP functions and layers as the release has it, to be scanned in this block, each under its name.

    Raises NotFoundError when it has to be built and was not.
    """
    from release.releases import building, bundling
    from release.settings.codebuilds import code_folders

    if not code_folders(config.template, lambda path: wiring.git.show(commit, path)):
        yield ()
        return
    with wiring.workspace.scratch() as folder:
        archive, tree = folder / "bundle.tar.gz", folder / "tree"
        if builds := building.needed(wiring.git, commit, config.template):
            archive = wiring.built_bundle(bundling.inputs(wiring.git, commit, config.template, bundling.wanted(config)))
            if not archive.exists():
                raise bundling.not_built(builds)
        else:
            tree.mkdir()
            bundling.write(
                wiring.git, commit, config.template, tree, archive, wiring.limits, complete=bundling.wanted(config)
            )
        yield _code_in(archive, config.template, folder, wiring)


def _code_in(archive: Path, template: str, folder: Path, wiring: Wiring) -> tuple[ScanTarget, ...]:
    """The code that the bundle ``archive`` holds, laid out below ``folder``."""
    from release.gate.scan import ScanTarget
    from release.releases import codelayout, unpacking
    from release.settings.codebuilds import code_folders

    out = folder / "out"
    out.mkdir()
    unpacking.unpack(archive, out, wiring.limits)
    found = []
    for name, place in code_folders(template, lambda path: (out / path).read_bytes()).items():
        layout = folder / f"code-{name}"
        codelayout.write(out / place, layout, name)
        found.append(ScanTarget(name, wiring.workspace.read(name, layout).manifest, layout, code=True))
    return tuple(found)


@contextmanager
def live_code(wiring: Wiring, environment: str) -> Iterator[tuple[ScanTarget, ...]]:
    """The code of ZIP functions and layers that is live in ``environment``, from its release's bundle, in this block.

    Raises NotFoundError, ConflictError: the live release's record or bundle is gone, or is none of ours.
    """
    from release.deployments import observe
    from release.releases import recording

    with wiring.target(environment) as target, wiring.scratch() as folder:
        live = target.ledger().live
        if live is None:
            yield ()
            return
        release = observe.deployed(live.claim, target)
        recording.fetch_bundle(release.digest, target.store, target.records, folder / "bundle.tar.gz", wiring.limits)
        yield _code_in(folder / "bundle.tar.gz", release.record.template, folder, wiring)


def archive_target(wiring: Wiring, archive: Archive) -> ScanTarget:
    """An archive on this machine, to be scanned."""
    from release.gate.scan import ScanTarget

    repository = wiring.config.images[archive.image].repository
    return ScanTarget(archive.image, archive.manifest, archive.path, repository=repository)


def live_images(wiring: Wiring, environment: str) -> Mapping[str, ScanTarget]:
    """Image -> what the ledger says is live in ``environment``; empty while nothing was ever proven there."""
    with wiring.target(environment) as target:
        live = target.ledger().live
    return {target.image: target for target in by_digest(wiring, live.claim.digests)} if live else {}


def other_side(wiring: Wiring) -> Mapping[str, ScanTarget]:
    """What the policy compares with: the live images of its environment, or nothing when it asks for none.

    Raises what the registry raises: without the other side nothing may pass for known.
    """
    policy = wiring.policy
    return live_images(wiring, policy.compare_with) if policy.new_only else {}


#: How often a command decides again after another run was faster; each time the other one has made progress.
_TRIES = 5


def carry_out(
    decide: Callable[[], DeployPlan], target: Target, args: argparse.Namespace, wiring: Wiring, verb: str
) -> Report:
    """A deployment or a rollback: decided, carried out and told, whatever its end; decided again when it lost the race.

    Args:
        decide: looks at the world and makes the plan.
        verb: what was done, in the past tense.
    """
    from release.deployments import deploy, deployreport, facts
    from release.deployments.claiming import ClaimLostError
    from release.errors import DeployFailed, PutBackFailed

    tries = _TRIES
    while True:
        tries -= 1
        plan = decide()
        if args.dry_run:
            return deployreport.of_plan(plan)
        git = wiring.git if wiring.in_clone and not wiring.project else None
        known = facts.gather(
            *(plan, target, git, wiring.records),
            reason=args.reason,
            click=wiring.rollback_url,
            starts=wiring.starts,
        )
        try:
            done = deploy.apply(plan, target, args.reason)
        except ClaimLostError:
            if not tries:
                raise
            continue
        except (DeployFailed, PutBackFailed) as error:
            error.report = deployreport.of_failure(plan, known)
            raise
        return deployreport.of_deployment(plan, known, done.smoke, done.recorded, done.api, verb)
