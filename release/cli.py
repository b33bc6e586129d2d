"""The command: arguments -> one stage -> exit code. The only sys.exit and the only broad except of the package."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from release import __version__
from release.errors import ReleaseError

if TYPE_CHECKING:
    from release.core.report import Report
    from release.wiring import Wiring

_EPILOG = """\
the usual order:
  release build                          images of the present commit, as OCI archives in dist/
  release publish --version 1.4.0-rc.7   into the registry, by digest
  release deploy staging --version …     deploy, prove, record; or put the deployment before back
  release deploy production --version …  only digests that staging has proven
  release rollback production            the deployment before goes back in

try everything on this machine, with no account:  make rehearse
exit codes: 0 done, 2 wrong usage, 3 nothing to release, 4 gate, 5 not found, 6 conflict, 7 machine, 8 remote,
            9 deployment failed and was put back, 10 putting back failed too (details: release/errors.py)
"""


def parser() -> argparse.ArgumentParser:
    """The command line, as ``--help`` shows it."""
    top = argparse.ArgumentParser(
        prog="release",
        description="Release AWS Lambda functions shipped as container images: build once, prove, promote, roll back.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"release {__version__}")
    top.add_argument("-v", "--verbose", action="store_true", help="show every process and its output")
    top.add_argument(
        "-C", dest="folder", type=Path, default=Path(), metavar="DIR", help="the repository (default: here)"
    )
    commands = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace, Wiring], Report], help_: str, *, changes: bool
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        sub.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
        if changes:
            sub.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")
        sub.set_defaults(run=run, dry_run=False)
        return sub

    build = command("build", _build, "build an OCI archive per image, or reuse one with equal inputs", changes=True)
    build.add_argument("--commit", default="HEAD", help="the commit to build (default: HEAD)")
    build.add_argument("--offline", action="store_true", help="do not ask the registry whether it has an image already")
    publish = command("publish", _publish, "put the built images into the registry under a version", changes=True)
    publish.add_argument("--version", required=True, dest="release_version", metavar="X.Y.Z[-rc.N]", help="the version")
    publish.add_argument("--commit", default="HEAD", help="the commit the images were built from (default: HEAD)")
    deploy = command("deploy", _deploy, "deploy a version by digest, prove it, record it; or put back", changes=True)
    deploy.add_argument("environment", help="an environment of release.toml")
    deploy.add_argument(
        "--version", required=True, dest="release_version", metavar="X.Y.Z[-rc.N]", help="a published version"
    )
    deploy.add_argument("--if-newer", action="store_true", help="end well, doing nothing, when a newer release is live")
    smoke = command("smoke", _smoke, "run the smoke tests against what is live", changes=False)
    smoke.add_argument("environment", help="an environment of release.toml")
    rollback = command("rollback", _rollback, "bring a proven deployment back, with its own template", changes=True)
    rollback.add_argument("environment", help="an environment of release.toml")
    rollback.add_argument("--to", metavar="VERSION", help="the version to go back to (default: the deployment before)")
    status = command("status", _status, "show what is live where, and whether the ledger agrees", changes=False)
    status.add_argument("environment", nargs="?", help="one environment (default: all)")
    history = command("history", _history, "show every deployment of an environment, newest first", changes=False)
    history.add_argument("environment", help="an environment of release.toml")
    rehearse = command(
        "rehearse", _rehearse, "run the whole pipeline on this machine, without an account", changes=False
    )
    rehearse.add_argument("--keep", action="store_true", help="leave everything running and print how to call it")
    rehearse.add_argument("--stop", action="store_true", help="stop what --keep left running")
    return top


def _build(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.stages import build

    config, git, commit = wiring.config, wiring.git, wiring.git.resolve(args.commit)
    registry = None if args.offline else wiring.registry
    paths = sorted({path for image in config.images.values() for path in image.inputs})
    if args.commit == "HEAD" and (edited := git.changed(paths)):
        logging.warning("not committed, so not built: %s", ", ".join(edited[:5]))
    plans = build.plan(config, commit, git, wiring.workspace, registry, wiring.base)
    if args.dry_run:
        return report.of_images("Would build", [(p.image, p.inputs, p.source, None) for p in plans])
    built = build.apply(
        plans, config, commit, git, lambda: wiring.engine, wiring.workspace, registry, wiring.base, wiring.build_secrets
    )
    return report.of_images("Images", [(b.image, b.inputs, b.source, b.manifest) for b in built])


def _publish(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.core.tags import checked_version
    from release.stages import build, observe, publish

    version, commit = checked_version(args.release_version), wiring.git.resolve(args.commit)
    images = build.plan(wiring.config, commit, wiring.git, wiring.workspace, wiring.registry, wiring.base)
    plans = publish.plan(wiring.config, version, commit, images, observe.tags_by_image(wiring.config, wiring.registry))
    if not args.dry_run:
        publish.apply(plans, wiring.config, wiring.registry, wiring.workspace)
    return report.of_publication(version, commit, [(p.image, p.digest, p.push, p.tags) for p in plans])


def _deploy(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.core.tags import checked_version
    from release.stages import deploy

    ports = wiring.ports(wiring.config.environment(args.environment))
    version = checked_version(args.release_version)
    plan = deploy.plan(wiring.config, args.environment, version, ports, if_newer=args.if_newer)
    if args.dry_run:
        return report.of_plan(plan)
    outcome = deploy.apply(plan, wiring.config, ports)
    return report.of_deployment(plan, outcome.smoke, outcome.recorded, "deployed")


def _rollback(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.core.tags import checked_version
    from release.stages import deploy, rollback

    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = rollback.plan(wiring.config, args.environment, checked_version(args.to) if args.to else None, ports)
    if args.dry_run:
        return report.of_plan(plan)
    outcome = deploy.apply(plan, wiring.config, ports)
    return report.of_deployment(plan, outcome.smoke, outcome.recorded, "rolled back")


def _smoke(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.errors import RemoteError
    from release.stages import smoke

    spec = wiring.config.environment(args.environment)
    results = smoke.against_live(spec, wiring.git, wiring.cloud(spec))
    failed = [result for result in results if not result.passed]
    if failed:
        print(report.of_smoke(spec.name, results).text, file=sys.stderr)
        raise RemoteError(
            f"{len(failed)} of {len(results)} smoke tests failed in {spec.name}",
            next_step=f"release rollback {spec.name}",
        )
    return report.of_smoke(spec.name, results)


def _status(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.stages import status

    names = [wiring.config.environment(args.environment).name] if args.environment else list(wiring.config.environments)
    rows = []
    for name in names:
        cloud = wiring.cloud(wiring.config.environment(name))
        seen = status.status(wiring.config, name, cloud, wiring.git, wiring.registry)
        rows.append((name, seen.stack, seen.live, seen.recorded, seen.problem))
    return report.of_status(rows)


def _history(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import report
    from release.stages import status

    lines = status.history(wiring.config, args.environment, wiring.registry)
    return report.of_history(args.environment, [(line.deployment, line.commit) for line in lines])


def _rehearse(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core.report import Report
    from release.rehearsal import scenario, world

    if args.stop:
        stopped = world.stop_kept(wiring.env, logging.info)
        return Report({"stopped": stopped}, f"{stopped} rehearsals stopped")
    return scenario.run(wiring.folder.resolve(), wiring.env, keep=args.keep)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    sys.exit(_main(sys.argv[1:] if argv is None else argv))


def _main(argv: Sequence[str]) -> int:
    args = parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.INFO,
        format="%(message)s",
        stream=sys.stderr,
        force=True,
    )
    for chatty in ("botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from release.adapters import actions
    from release.wiring import Wiring

    try:
        result = args.run(args, Wiring(args.folder, dict(os.environ)))
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except ReleaseError as error:
        print("\n".join(f"release: {line}" for line in error.lines()), file=sys.stderr)
        if annotation := actions.annotation(error, os.environ):
            print(annotation)
        return error.exit_code
    except Exception:
        traceback.print_exc()
        print("release: this is a bug; nothing more was done. Please report the lines above.", file=sys.stderr)
        return 1
    actions.publish(result, os.environ)
    print(json.dumps(result.data, indent=2) if args.json else result.text)
    return 0
