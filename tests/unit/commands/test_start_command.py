"""From release build to release publish: what cannot start is not published, however well it was scanned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from release.errors import GateError, NotFoundError
from tests.support.world import FILES, World
from tests.unit.commands.test_new_only import Machine

GATE = b'\n[gate]\nblock = ["HIGH"]\n'
SETTINGS = (FILES["release.toml"] or b"") + GATE
PUBLISH = "publish --version 0.1.0-rc.1"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Two images that nobody has built."""
    world = World(tmp_path / "world")
    world.git.commit({"release.toml": SETTINGS}, "feat: all")
    return Machine(world, tmp_path)


def test_an_image_that_was_never_started_is_not_published(machine: Machine) -> None:
    """faults.md, 64."""
    machine.world.build()
    machine.run("scan --offline")
    machine.run("start export")
    with pytest.raises(GateError, match=r"image report \(sha256:.* was never started"):
        machine.run(PUBLISH)
    assert not machine.world.registry.named["app/export"]
    machine.run("start")
    machine.run(PUBLISH)
    assert machine.world.registry.named["app/export"]


def test_a_misspelt_import_is_told_with_the_whole_table_and_stops_the_release(machine: Machine) -> None:
    """faults.md, 64."""
    machine.world.change("report", "import pandsa\n")
    machine.world.build()
    machine.run("scan --offline")
    with pytest.raises(GateError, match=r"report, ReportFunction: does not start: .*'pandsa'") as caught:
        machine.run("start")
    assert "ExportFunction" in caught.value.report.summary, "what does start is told, too"
    with pytest.raises(GateError, match="does not start"):
        machine.run(PUBLISH)
    assert not machine.world.registry.named["app/report"]


def test_an_image_that_is_not_to_be_started_is_published_and_every_summary_says_why(machine: Machine) -> None:
    off = SETTINGS.replace(b'"ReportImageUri"\n', b'"ReportImageUri"\nstart = false\nstart-reason = "needs a GPU"\n')
    machine.world.git.commit({"release.toml": off, "function/report/app.py": b"import pandsa\n"})
    machine.world.build()
    machine.run("scan --offline")
    assert "image report is not started: needs a GPU" in machine.run("start").summary
    machine.run(PUBLISH)
    assert machine.world.registry.named["app/report"]


def test_what_was_not_built_is_not_started_and_a_dry_run_starts_nothing(machine: Machine) -> None:
    with pytest.raises(NotFoundError, match="image export, report") as caught:
        machine.run("start")
    assert caught.value.next_step == "release build"
    machine.world.build()
    assert "image report as ReportFunction" in machine.run("start --dry-run").text
    assert not machine.engine_of_starts.requests


@pytest.fixture
def measured(machine: Machine) -> Machine:
    """0.1.0-rc.1 is published as this machine measured it, and live in production; report changed since then."""
    machine.world.build()
    for command in ("scan --offline", "start", PUBLISH):
        machine.run(command)
    for environment in ("staging", "production"):
        machine.world.deploy(environment, "0.1.0-rc.1")
    machine.world.git.tag("v0.1.0")
    machine.world.git.commit({"function/report/app.py": b"report = 2\n"}, "fix(report): a second edition")
    machine.world.build()
    machine.engine_of_starts.seconds, machine.engine_of_starts.memory = 0.7, 41_000_000
    return machine


def test_the_record_keeps_time_and_memory_and_release_show_tells_them(measured: Machine) -> None:
    shown = measured.run("show 0.1.0-rc.1")
    assert shown.data["images"]["export"]["starts"] == {"ExportFunction": {"seconds": 0.5, "memory": 40_000_000}}
    assert "ExportFunction  image export  live   0.5 s  40.0 MB" in shown.text


def test_an_image_that_did_not_change_and_is_not_here_keeps_the_figures_it_had(measured: Machine) -> None:
    for path in measured.starts.folder.glob("export-*.start.json"):
        path.unlink()
    for command in ("scan --offline", "start report", "publish --version 0.1.0-rc.2"):
        measured.run(command)
    images = measured.run("show 0.1.0-rc.2").data["images"]
    assert images["export"]["starts"]["ExportFunction"]["seconds"] == 0.5
    assert images["report"]["starts"]["ReportFunction"]["seconds"] == 0.7


def test_with_credentials_the_figures_stand_beside_those_of_what_is_live(measured: Machine) -> None:
    measured.env = {"AWS_PROFILE": "reader"}
    told = measured.run("start report").text
    assert "0.7 s, +0.2  41.0 MB, +1.0 MB" in told
    assert "compared with v0.1.0-rc.1, live in production" in told


def test_a_broken_budget_blocks_beside_the_figure_that_is_live(measured: Machine) -> None:
    written = measured.world.git.show(measured.world.git.head, "release.toml")
    budget = written.replace(b'"ReportImageUri"\n', b'"ReportImageUri"\nmax-init = "0.6 s"\n')
    measured.world.git.commit({"release.toml": budget}, "fix: a budget")
    measured.env = {"AWS_PROFILE": "reader"}
    with pytest.raises(
        GateError, match=r"0\.7 s, its budget is 0\.6 s \(max-init\); v0\.1\.0-rc\.1, live in pro.*: 0\.5 s"
    ):
        measured.run("start")
    measured.run("scan --offline")
    with pytest.raises(GateError, match=r"its budget is 0\.6 s"):
        measured.run("publish --version 0.1.0-rc.2")
    assert "0.1.0-rc.2" not in measured.world.registry.named["app/report"]


def test_without_credentials_they_stand_beside_the_build_before(measured: Machine, tmp_path: Path) -> None:
    """A pull request: main's last build left its figures beside its archives, in the cache that it reads."""
    measured.world.workspace.earlier = tmp_path / "archives"
    measured.run("start")
    measured.engine_of_starts.seconds = 0.9
    told = measured.run("start").text
    assert "0.9 s, +0.2" in told
    assert "compared with the build before; what is live is not known here: there are no AWS credentials here" in told


def test_where_nobody_knows_what_is_live_it_is_said_and_nothing_stops(measured: Machine) -> None:
    told = measured.run("start").text
    assert "how they started before is not known here: there are no AWS credentials here" in told
    measured.world.store.named["app/releases/production"] = {}
    measured.env = {"AWS_PROFILE": "reader"}
    assert "not known here: nothing is live in production" in measured.run("start").text


def test_the_plan_tells_both_sides_and_what_nobody_knows_here(measured: Machine) -> None:
    measured.run("start")
    head = measured.world.git.head
    (measured.folder / "release.toml").write_bytes(measured.world.git.show(head, "release.toml"))
    clone = Machine(measured.world, measured.folder)
    assert re.search(r"ReportFunction +report +\(not known here\) -> 0\.7 s", clone.run("plan").text)
    clone.env = {"AWS_PROFILE": "reader"}
    assert re.search(r"ReportFunction +report +0\.5 s -> 0\.7 s, \+0\.2 +40\.0 MB -> 41\.0 MB", clone.run("plan").text)


def test_release_diff_tells_both_sides(measured: Machine) -> None:
    for command in ("scan --offline", "start", "publish --version 0.1.0-rc.2"):
        measured.run(command)
    told = measured.run("diff production 0.1.0-rc.2")
    assert "ReportFunction  report  0.5 s -> 0.7 s, +0.2  40.0 MB -> 41.0 MB" in told.text
    assert "ExportFunction  export  0.7 s                 41.0 MB" in told.text, "unchanged, and measured once more"
    assert "0.5 s -\\> 0.7 s, +0.2" in told.summary or "0.5 s -> 0.7 s, +0.2" in told.summary
