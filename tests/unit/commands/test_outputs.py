"""The step outputs that each command names are those it sets: the linter of the workflows believes the names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from release import commands
from release.bootstrap import Wiring
from release.cli import parser
from release.deployments import deployreport
from release.deployments.deployreport import Facts
from release.gate import report as scan_report
from release.images.report import of_images
from release.releases.report import of_publication
from release.report import Report
from tests.support import findings
from tests.support.gitrepo import GitFolder
from tests.support.world import FILES, World


def of_deployment(world: World) -> Report:
    world.publish("0.1.0")
    done = world.deploy("staging", "0.1.0")
    return deployreport.of_deployment(done.plan, Facts(), done.smoke, done.recorded, done.api, "deployed")


def of_nothing_done(world: World) -> Report:
    world.release("0.1.0", "staging")
    done = world.deploy("staging", "0.1.0")
    return deployreport.of_deployment(done.plan, Facts(), done.smoke, done.recorded, done.api, "deployed")


def of_build(world: World) -> Report:
    return of_images("Images", [(b.image, b.inputs, b.source, b.manifest) for b in world.build()])


def of_promotion(_: World) -> Report:
    return of_publication("1.4.0", "a" * 40, findings.DIGEST, [("export", findings.DIGEST, True, ["1.4.0"])])


def of_no_scan(_: World) -> Report:
    return scan_report.of_nothing_to_scan("production")


REPORTS: dict[str, Callable[[World], Report]] = {
    "build": of_build,
    "scan": of_no_scan,
    "publish": of_promotion,
    "promote": of_promotion,
    "deploy": of_deployment,
    "rollback": of_nothing_done,
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_command_that_needs_an_account_sets_the_outputs_that_it_names(name: str, world: World) -> None:
    assert set(REPORTS[name](world).outputs) == set(commands.of_name(name).OUTPUTS)


@pytest.mark.parametrize(
    "line",
    ["version", "version --candidate", "plan", "changelog", "prepare --dry-run", "check-tag v0.1.0"],
)
def test_a_command_that_needs_only_git_sets_the_outputs_that_it_names(line: str, tmp_path: Path) -> None:
    repository = GitFolder(tmp_path)
    repository.commit(
        FILES | {"CHANGELOG.md": b"# Changelog\n\n## [0.1.0] - 2026-01-05\n\n- everything\n"}, "feat: all"
    )
    repository.run("tag", "v0.1.0")
    if not line.startswith("check-tag"):
        repository.commit({"function/export/app.py": b"other = 1\n"}, "fix: one thing")
    name = line.split()[0]
    command = commands.of_name(name)
    report = cast(Report, command.run(parser().parse_args(line.split()), Wiring(tmp_path, {})))
    assert set(report.outputs) == set(command.OUTPUTS)


def test_every_other_command_names_none() -> None:
    tried = {*REPORTS, "version", "plan", "changelog", "prepare", "check-tag", "environments"}
    assert [name for name in commands.NAMES if commands.of_name(name).OUTPUTS and name not in tried] == []
