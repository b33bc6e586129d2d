"""release doctor: what is wrong in the repository, on GitHub and in the account, with the command that mends it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.adoption.doctor.findings import Diagnosis
    from release.adoption.doctor.local import Project
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "say what is wrong in the repository, on GitHub and in the account, and what mends it"
CHANGES = False
OUTPUTS: tuple[str, ...] = ()
log = logging.getLogger("release.doctor")


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("environment", nargs="?", help="one environment (default: all)")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Look at everything; what cannot be looked at from here is said, and the rest is told all the same."""
    from release.adoption.doctor import report
    from release.adoption.doctor.findings import of_environment

    if args.environment:
        wiring.config.environment(args.environment)
    return report.of_findings(list(of_environment(_findings(wiring, args.environment or ""), args.environment or "")))


def _findings(wiring: Wiring, environment: str) -> Iterator[Diagnosis]:
    from release.adapters import installed
    from release.adoption.doctor import local, workflows
    from release.adoption.doctor.findings import LOCAL, UNKNOWN, Diagnosis, probe

    read = probe(LOCAL, "release.toml", lambda: wiring.config.project)
    if read.state != "ok":
        yield read
        yield Diagnosis(LOCAL, "everything else", UNKNOWN, "release.toml says what there should be")
        return
    log.info("looking at the repository …")
    project = local.Project(
        wiring.config, wiring.project_files, wiring.translator, lambda name: dict(wiring.overrides(name))
    )
    yield from local.findings(project)
    yield from workflows.findings(wiring.config, wiring.project_files, installed.version())
    log.info("looking at GitHub …")
    yield from _github(wiring, project)
    yield from _account(wiring, environment)


def _account(wiring: Wiring, environment: str) -> Iterator[Diagnosis]:
    from release.adoption.doctor import account, running
    from release.adoption.doctor.findings import ACCOUNT, UNKNOWN, unknown
    from release.adoption.doctor.repository import repository_of
    from release.errors import ReleaseError

    if not wiring.may_ask_aws:
        yield unknown(ACCOUNT, "credentials", "there are none here", "aws sso login, or whatever signs you in to AWS")
        return
    try:
        name = repository_of(wiring.git.remote_url())
    except ReleaseError:
        name = ""
    config = wiring.config
    log.info("looking at the account, in %s …", config.registry_region)
    premises = account.Premises(config, wiring.project_files, wiring.account(config.registry_region), name)
    signed = True
    for each in account.findings(premises):
        signed = signed and not (each.subject == "credentials" and each.state == UNKNOWN)
        yield each
    for each_name in config.environments if signed else ():
        if environment in ("", each_name):
            log.info("looking at %s …", each_name)
            with wiring.target(each_name) as target:
                yield from running.findings(target, wiring.account(target.environment.region))


def _github(wiring: Wiring, project: Project) -> Iterator[Diagnosis]:
    from release.adoption.doctor import github, local
    from release.adoption.doctor.findings import GITHUB, unknown
    from release.adoption.doctor.repository import HostedRepository, repository_of
    from release.errors import ReleaseError

    try:
        remote = wiring.git.remote_url()
    except ReleaseError as error:
        yield unknown(GITHUB, "remote", error.message, error.next_step)
        return
    name = repository_of(remote)
    if not name:
        yield unknown(GITHUB, "remote", f"{remote or 'none'}: it is not on github.com, or there is none")
        return
    left: dict[str, tuple[str, ...]] = {}
    for each in wiring.config.environments.values():
        try:
            left[each.name] = local.open_parameters(project, each)
        except ReleaseError:
            left[each.name] = ()  # the template's own line says what is wrong with it
    yield from github.findings(HostedRepository(name, wiring.forge, wiring.config, left))
