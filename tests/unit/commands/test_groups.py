"""--group: the images of a group, beside those that are named; a group that no image has is refused."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from release.commands.common.options import chosen
from release.errors import NotFoundError, UsageError
from release.settings.config import parse
from tests.support.world import RELEASE_TOML, TEMPLATE, World, template_json
from tests.unit.commands.test_new_only import Machine

CONFIG = parse(RELEASE_TOML.replace('target = "report"', 'target = "report"\ngroup = "ai"'))


def asked(*images: str, group: str = "") -> list[str]:
    return chosen(Namespace(images=list(images), group=group), CONFIG)


def test_a_group_is_its_images_and_a_named_image_comes_beside_them() -> None:
    assert asked(group="ai") == ["report"]
    assert asked("export", "report", group="ai") == ["export", "report"]
    assert asked() == []


@pytest.mark.parametrize("group", ["pipeline", "ai,pipeline", ","])
def test_a_group_that_no_image_has_is_refused_and_never_means_every_image(group: str) -> None:
    with pytest.raises(NotFoundError, match=r"\(groups: ai\)"):
        asked(group=group)


def test_a_group_has_a_plain_name() -> None:
    with pytest.raises(UsageError, match=r"images\.report\.group has a form"):
        parse(RELEASE_TOML.replace('target = "report"', 'target = "report"\ngroup = "A b"'))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Report is in the group ai; nothing is built."""
    world = World(tmp_path / "world")
    grouped = RELEASE_TOML.replace('target = "report"', 'target = "report"\ngroup = "ai"')
    world.git.commit({"release.toml": f'{grouped}\n[gate]\nblock = ["HIGH"]\n'.encode()}, "feat: all")
    return Machine(world, tmp_path)


def test_a_group_is_scanned_alone_and_must_be_built(machine: Machine) -> None:
    machine.world.build("HEAD", "export")
    with pytest.raises(NotFoundError, match="not built here, as this commit has it: image report") as caught:
        machine.run("scan --offline --group ai")
    assert caught.value.next_step == "release build report"
    machine.world.build("HEAD", "report")
    assert list(machine.run("scan --offline --group ai").data["images"]) == ["report"]
    assert list(machine.run("scan --offline export").data["images"]) == ["export"]
    assert set(machine.run("scan --offline").data["images"]) == {"export", "report"}


def test_what_is_live_is_scanned_as_a_whole(machine: Machine) -> None:
    with pytest.raises(UsageError, match="--live scans all that is live"):
        machine.run("scan --live production --group ai")


def test_the_code_of_zip_functions_belongs_to_no_group(machine: Machine) -> None:
    """It is scanned with everything else; a group is images."""
    zipped = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "cleanup", "Runtime": "python3.13"}}
    made = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Cleanup": zipped}}
    machine.world.git.commit({"template.yaml": template_json(made), "cleanup/app.py": b"pass\n"}, "feat: clean up")
    machine.world.build()
    (folder,) = machine.run("scan --offline --dry-run --group ai").data["targets"]
    assert "report" in folder
    assert any("Cleanup" in each for each in machine.run("scan --offline --dry-run").data["targets"])
