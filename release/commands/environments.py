"""Commands about what runs where: deploy, roll back, smoke, status, history; and the rehearsal of it all."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.deployments.deployplan import DeployPlan
    from release.deployments.rollout import Ports
    from release.report import Report


def deploy(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.deployments import deploy
    from release.releases.tags import checked_version

    version = checked_version(args.release_version)
    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = deploy.plan(wiring.config, args.environment, version, ports, if_newer=args.if_newer)
    return _carry_out(plan, ports, args, wiring, verb="deployed")


def rollback(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.deployments import rollback
    from release.releases.tags import checked_version

    target = checked_version(args.to) if args.to else None
    ports = wiring.ports(wiring.config.environment(args.environment))
    plan = rollback.plan(wiring.config, args.environment, target, ports)
    return _carry_out(plan, ports, args, wiring, verb="rolled back", reason=args.reason)


def _carry_out(
    plan: DeployPlan, ports: Ports, args: argparse.Namespace, wiring: Wiring, *, verb: str, reason: str = ""
) -> Report:
    from release.deployments import deploy, deployreport, facts
    from release.errors import DeployFailed, PutBackFailed

    if args.dry_run:
        return deployreport.of_plan(plan)
    known = facts.gather(
        plan, wiring.config, ports.git, ports.registry, wiring.records, reason=reason, click=wiring.rollback_url
    )
    try:
        done = deploy.apply(plan, wiring.config, ports)
    except (DeployFailed, PutBackFailed) as error:
        error.report = deployreport.of_failure(plan, known)
        raise
    return deployreport.of_deployment(plan, known, done.smoke, done.recorded, done.api, verb)


def smoke(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.deployments import reports, smoke
    from release.errors import RemoteError

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
    from release.deployments import reports, status
    from release.errors import ConflictError

    names = [wiring.config.environment(args.environment).name] if args.environment else list(wiring.config.environments)
    rows = []
    for name in names:
        cloud = wiring.cloud(wiring.config.environment(name))
        seen = status.status(wiring.config, name, cloud, wiring.git, wiring.registry)
        rows.append((name, seen.stack, seen.live, seen.recorded, seen.problem))
    report = reports.of_status(rows)
    drifted = {name: problem for name, *_, problem in rows if problem}
    if args.check and drifted:
        refusal = ConflictError(
            "; ".join(f"{name}: {problem}" for name, problem in drifted.items()),
            untouched="everything; this only looks",
            next_step="; ".join(
                f"release history {name}, then deploy or roll back what should run" for name in drifted
            ),
        )
        refusal.report = report
        raise refusal
    return report


def history(args: argparse.Namespace, wiring: Wiring) -> Report:
    from release.deployments import reports, status

    lines = status.history(wiring.config, args.environment, wiring.registry)
    return reports.of_history(args.environment, [(line.deployment, line.commit) for line in lines])


def rehearse(args: argparse.Namespace, wiring: Wiring) -> Report:
    from pathlib import Path

    from rehearsal.story import scenario, world
    from release.report import Report

    if args.stop is not None:
        stopped = world.stop_kept(wiring.env, logging.info, Path(args.stop) if args.stop else None)
        return Report({"stopped": stopped}, f"{stopped} rehearsals stopped")
    return scenario.run(wiring.folder.resolve(), wiring.env, keep=args.keep)
