"""release doctor: what is wrong in the repository, on GitHub and in the account, with the command that mends it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.adoption.doctor.findings import Diagnosis
    from release.adoption.doctor.project import Project
    from release.adoption.surroundings import RepositoryAround
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
    from release.adoption import generated
    from release.adoption.doctor import local
    from release.adoption.doctor.findings import LOCAL, UNKNOWN, Diagnosis, probe
    from release.adoption.doctor.project import Project
    from release.errors import ReleaseError

    read = probe(LOCAL, "release.toml", lambda: wiring.config.project)
    if read.state != "ok":
        yield read
        yield Diagnosis(LOCAL, "everything else", UNKNOWN, "release.toml says what there should be")
        return
    log.info("looking at the repository …")
    project = Project(wiring.config, wiring.project_files, wiring.translator, lambda name: dict(wiring.overrides(name)))
    yield from local.findings(project)
    try:
        around = wiring.around.surroundings()
    except ReleaseError as error:
        yield Diagnosis(LOCAL, "git", UNKNOWN, error.message, error.next_step)
        github, calls = "", False
    else:
        yield from _workflows(wiring, around)
        github, calls = around.github, bool(generated.home(generated.present(around.paths, wiring.changed_files)))
    yield from _github(wiring, project, github, calls=calls)
    yield from _account(wiring, environment, github)


def _workflows(wiring: Wiring, around: RepositoryAround) -> Iterator[Diagnosis]:
    from release.adapters import installed
    from release.adoption.doctor import workflows

    yield from workflows.findings(workflows.Premise(wiring.config, around, wiring.changed_files, installed.version()))


def _github(wiring: Wiring, project: Project, name: str, *, calls: bool) -> Iterator[Diagnosis]:
    from release.adoption.doctor import github, given
    from release.adoption.doctor.findings import GITHUB, unknown
    from release.adoption.doctor.repository import HostedRepository
    from release.errors import ReleaseError

    if not name:
        yield unknown(
            GITHUB, "remote", "there is none on GitHub", "git remote add origin git@github.com:OWNER/REPO.git"
        )
        return
    log.info("looking at GitHub …")
    left: dict[str, tuple[str, ...]] = {}
    for each in wiring.config.environments.values():
        try:
            left[each.name] = given.open_parameters(project, each)
        except ReleaseError:
            left[each.name] = ()  # the template's own line says what is wrong with it
    yield from github.findings(HostedRepository(name, wiring.forge, wiring.config, left, calls))


def _account(wiring: Wiring, environment: str, github: str) -> Iterator[Diagnosis]:
    from release.adoption.doctor import account, running
    from release.adoption.doctor.findings import ACCOUNT, UNKNOWN, unknown

    if not wiring.may_ask_aws:
        yield unknown(ACCOUNT, "credentials", "there are none here", "aws sso login, or whatever signs you in to AWS")
        return
    config = wiring.config
    log.info("looking at the account, in %s …", config.registry_region)
    premises = account.Premises(config, wiring.project_files, wiring.account(config.registry_region), github)
    signed = True
    for each in account.findings(premises):
        signed = signed and not (each.subject == "credentials" and each.state == UNKNOWN)
        yield each
    for name in config.environments if signed else ():
        if environment in ("", name):
            log.info("looking at %s …", name)
            with wiring.target(name) as target:
                yield from running.findings(target, wiring.account(target.environment.region))
