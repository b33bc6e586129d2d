"""From release build to release publish: what cannot start is not published, however well it was scanned."""

from __future__ import annotations

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
