"""From release scan to release publish: a record names no bill of materials that the registry lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.digest import sha256
from release.gate.findings import ImageScan
from release.releases import recording
from release.releases.record import ReleaseRecord
from tests.support.findings import report
from tests.support.world import FILES, RELEASES, World
from tests.unit.commands.test_new_only import Machine

GATE = b'\n[gate]\nblock = ["HIGH"]\n'


class Scans(Machine):
    """A machine whose scanner writes another bill of materials at each scan, as Trivy does: a number and a time."""

    scans = 0

    def _scan(self, digest: str) -> ImageScan:
        self.scans += 1
        sbom = json.dumps({"bomFormat": "CycloneDX", "serialNumber": self.scans}).encode()
        return ImageScan(digest, report(), sbom)

    def publish(self, version: str) -> ReleaseRecord:
        """Build, scan, start and publish HEAD."""
        self.world.build()
        for command in ("scan --offline", "start", f"publish --version {version}"):
            self.run(command)
        return self.record(version)

    def record(self, version: str) -> ReleaseRecord:
        return recording.recorded(version, self.world.store, RELEASES)[1]

    def whole(self, version: str) -> None:
        """Every bill of materials that the record names is in the registry, beside the image."""
        for image in self.record(version).images.values():
            assert sha256(self.world.registry.bill(image.repository, image.sbom)) == image.sbom


@pytest.fixture
def machine(tmp_path: Path) -> Scans:
    """0.1.0-rc.1 of both images is published."""
    world = World(tmp_path / "world")
    world.git.commit({"release.toml": (FILES["release.toml"] or b"") + GATE}, "feat: all")
    machine = Scans(world, tmp_path)
    machine.publish("0.1.0-rc.1")
    return machine


def test_an_unchanged_image_keeps_the_bill_of_materials_that_lies_beside_it(machine: Scans) -> None:
    first = machine.record("0.1.0-rc.1")
    machine.world.change("report", "report = 2\n")
    second = machine.publish("0.1.0-rc.2")
    assert second.images["export"] == first.images["export"]
    assert second.images["report"].sbom not in ("", first.images["report"].sbom)
    assert len(machine.world.registry.attached[first.images["export"].digest]) == 1, "no second one of the same image"
    machine.whole("0.1.0-rc.2")


def test_where_the_registry_lacks_it_this_runs_is_laid_beside_the_image(machine: Scans) -> None:
    """What commands of before left: a record that names a bill of materials which was never attached."""
    old = machine.record("0.1.0-rc.1").images["export"]
    del machine.world.registry.blobs[old.repository][old.sbom]
    machine.world.change("report", "report = 2\n")
    new = machine.publish("0.1.0-rc.2").images["export"]
    assert (new.digest, new.sbom == old.sbom) == (old.digest, False)
    machine.whole("0.1.0-rc.2")


def test_with_no_image_changed_at_all_the_record_is_whole_too(machine: Scans) -> None:
    machine.world.git.commit({"template.yaml": (FILES["template.yaml"] or b"") + b"\n"}, "feat: the template")
    machine.publish("0.1.0-rc.2")
    assert machine.record("0.1.0-rc.2").images == machine.record("0.1.0-rc.1").images
    machine.whole("0.1.0-rc.2")


def test_a_newest_record_that_nobody_can_read_costs_nothing_but_the_takeover(machine: Scans) -> None:
    blobs = machine.world.store.blobs[RELEASES]
    config = recording.stored(machine.world.store.named[RELEASES]["0.1.0-rc.1"], machine.world.store, RELEASES)
    blobs[config.config_layer.digest] = b'{"schema": 99}'
    machine.world.change("report", "report = 2\n")
    machine.publish("0.1.0-rc.2")
    machine.whole("0.1.0-rc.2")
