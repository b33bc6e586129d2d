"""release check images: the repository's own checks of its built images, which the engine knows as long as they run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.errors import MachineError, NotFoundError
from tests.support.world import RELEASE_TOML, World
from tests.unit.commands.test_new_only import Machine

#: What the checks are given is written down; a name that the engine forgot would be of no use to them.
CHECK = 'echo "$RELEASE_IMAGE_EXPORT $RELEASE_IMAGE_MONTHLY_REPORT" > seen'


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Two images, one of them with a dash in its name, and checks of both; nothing is built."""
    world = World(tmp_path / "world")
    return committed(Machine(world, tmp_path), CHECK)


def committed(machine: Machine, check: str) -> Machine:
    text = RELEASE_TOML.replace("[images.report]", "[images.monthly-report]")
    checks = f"\n[checks]\nimages = {json.dumps(check)}\n"
    machine.world.git.commit({"release.toml": f"{text}{checks}".encode()}, "feat: all")
    machine.env = {"PATH": "/usr/bin:/bin"}
    return machine


def test_every_built_image_has_a_variable_with_its_name_in_the_engine_and_none_is_left_there(machine: Machine) -> None:
    machine.world.build()
    told = machine.run("check images")
    assert (told.exit_code, told.data["ran"]) == (0, True)
    assert (machine.folder / "seen").read_text().split() == ["here/export:0", "here/monthly-report:1"]
    assert machine.engine_of_starts.known == {}


def test_an_image_that_is_not_built_is_named_and_no_check_runs(machine: Machine) -> None:
    machine.world.build("HEAD", "export")
    with pytest.raises(NotFoundError, match="image monthly-report") as caught:
        machine.run("check images")
    assert caught.value.next_step == "release build"
    assert not (machine.folder / "seen").exists()
    assert machine.engine_of_starts.known == {}


def test_the_exit_code_is_the_checks_own_and_the_images_are_forgotten_all_the_same(machine: Machine) -> None:
    committed(machine, "exit 3").world.build()
    told = machine.run("check images")
    assert told.exit_code == 3
    assert "checks.images ended with exit code 3" in told.summary
    assert machine.engine_of_starts.known == {}


def test_without_an_engine_no_check_runs_and_none_passes(machine: Machine) -> None:
    machine.world.build()
    machine.engine_of_starts.answers = False
    with pytest.raises(MachineError):
        machine.run("check images")
    assert not (machine.folder / "seen").exists()


def test_a_dry_run_and_the_checks_without_images_need_no_image(machine: Machine) -> None:
    assert machine.run("check images --dry-run").text == f"would run checks.images: {CHECK}"
    assert machine.run("check").data["ran"] is False
