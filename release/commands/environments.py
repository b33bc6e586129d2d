"""Commands about what runs where: deploy, roll back, smoke, status, history; and the rehearsal of it all."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.core.report import Report
    from release.wiring import Wiring


def deploy(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.core.tags import checked_version
    from release.stages import deploy

    version = checked_version(args.release_version)
    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = deploy.plan(wiring.config, args.environment, version, ports, if_newer=args.if_newer)
    if args.dry_run:
        return reports.of_plan(plan)
    outcome = deploy.apply(plan, wiring.config, ports)
    return reports.of_deployment(plan, outcome.smoke, outcome.recorded, "deployed")


def rollback(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.core import reports
    from release.core.tags import checked_version
    from release.stages import deploy, rollback

    target = checked_version(args.to) if args.to else None
    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = rollback.plan(wiring.config, args.environment, target, ports)
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
    from pathlib import Path

    from release.core.report import Report
    from release.rehearsal import scenario, world

    if args.stop is not None:
        stopped = world.stop_kept(wiring.env, logging.info, Path(args.stop) if args.stop else None)
        return Report({"stopped": stopped}, f"{stopped} rehearsals stopped")
    return scenario.run(wiring.folder.resolve(), wiring.env, keep=args.keep)
