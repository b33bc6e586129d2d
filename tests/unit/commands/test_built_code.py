"""From release build to release publish with ZIP code that has to be built: what was built is what is released."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.digest import sha256, sha256_of_file
from release.errors import ConflictError, GateError, NotFoundError
from release.gate.findings import ImageScan, ScanReport
from release.gate.ports import Scanner
from release.releases import recording, unpacking
from release.releases.bundle import Limits
from tests.fakes.codebuilder import FakeCodeBuilder
from tests.support.findings import report, vulnerability
from tests.support.world import FILES, RELEASES, TEMPLATE, World, template_json
from tests.unit.commands.test_new_only import Machine

GATE = b'\n[gate]\nblock = ["HIGH"]\n'
AUTHORIZER = {
    "Type": "AWS::Serverless::Function",
    "Properties": {
        "CodeUri": "authorizer",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "AutoPublishAlias": "live",
    },
}


class Builder(Machine):
    """As Machine, with an engine and a builder of ZIP code."""

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__(world, folder)
        self.__dict__ |= {"engine": world.engine}
        self.builder = FakeCodeBuilder()

        self.code = ScanReport()

    def _scanner(self, database: str) -> Scanner:  # type: ignore[override]
        scanner, report = super()._scanner(database), self.code

        def code(path: Path) -> ImageScan:
            return ImageScan(read_layout(path).digest, report, b"{}")

        scanner.code = code  # type: ignore[method-assign]
        return scanner

    @property
    def code_builder(self) -> object:  # type: ignore[override]
        return self.builder

    def built(self) -> tuple[str, Path]:
        """``(the digests that a build hands on, the bundle)``."""
        digests = self.run("build").outputs["digests"]
        self.run("start")
        (path,) = self.world.workspace.folder.glob("bundle-*.tar.gz")
        return digests, path


@pytest.fixture
def machine(tmp_path: Path) -> Builder:
    """Two images, and a ZIP function that declares packages."""
    world = World(tmp_path / "world")
    resources = {**TEMPLATE["Resources"], "Authorizer": AUTHORIZER}
    world.git.commit(
        {
            "release.toml": (FILES["release.toml"] or b"") + GATE,
            "template.yaml": template_json({**TEMPLATE, "Resources": resources}),
            "authorizer/app.py": b"handler = 1\n",
            "authorizer/requirements.txt": b"idna==3.7\n",
        },
        "feat: an authorizer",
    )
    return Builder(world, tmp_path)


def test_what_was_built_is_what_is_released(machine: Builder, tmp_path: Path) -> None:
    digests, path = machine.built()
    assert digests.endswith(f" Bundle={sha256_of_file(path)}")
    machine.run("scan --offline")
    arguments = ["publish", "--version", "0.1.0-rc.1", "--expect", digests]
    machine.run_words(arguments)
    digest, record = recording.recorded("0.1.0-rc.1", machine.world.store, RELEASES)
    assert record.functions["Authorizer"].image == ""
    assert {name: verdict.outcome for name, verdict in record.verdicts.items()} == dict.fromkeys(
        ("export", "report", "Authorizer"), "pass"
    )
    assert record.sboms == {"Authorizer": sha256(b"{}")}
    assert machine.world.store.blob(RELEASES, record.sboms["Authorizer"]) == b"{}", "its bill of materials is with it"
    recording.fetch_bundle(digest, machine.world.store, RELEASES, tmp_path / "fetched", Limits())
    assert (tmp_path / "fetched").read_bytes() == path.read_bytes()
    (tmp_path / "out").mkdir()
    unpacking.unpack(tmp_path / "fetched", tmp_path / "out", Limits())
    assert (tmp_path / "out/built-by-sam/Authorizer/idna/core.py").exists()
    path.unlink()
    machine.run_words(arguments)
    assert machine.builder.built == ["Authorizer"], "a release that is there needs no bundle again"


def test_a_vulnerable_package_in_zip_code_stops_the_release_before_anything_is_pushed(machine: Builder) -> None:
    """docs/architecture.md, rule 3."""
    digests, _ = machine.built()
    machine.code = report(vulnerability())
    with pytest.raises(GateError, match=r"stops 1 of 3 images: Authorizer: CVE-"):
        machine.run("scan --offline")
    with pytest.raises(GateError, match="its scan says: block"):
        machine.run_words(["publish", "--version", "0.1.0-rc.1", "--expect", digests])
    assert not machine.world.registry.named["app/export"]


def test_zip_code_that_is_live_is_scanned_every_day_too(machine: Builder) -> None:
    """From the live release's bundle: what is in the working tree meanwhile says nothing of it."""
    machine.built()
    machine.run("scan --offline")
    machine.run("publish --version 0.1.0-rc.1")
    assert machine.run("scan --live staging").data["images"] == {}
    machine.world.deploy("staging", "0.1.0-rc.1")
    machine.world.git.commit({"template.yaml": template_json(), "authorizer/app.py": None}, "feat: none any more")
    assert list(machine.run("scan --live staging").data["images"]) == ["export", "report", "Authorizer"]
    machine.code = report(vulnerability())
    with pytest.raises(GateError, match=r"stops 1 of 3 images: Authorizer: CVE-"):
        machine.run("scan --live staging")


def test_zip_code_that_was_not_scanned_is_not_published(machine: Builder) -> None:
    """docs/architecture.md, rule 3: the scan is bound to the code's bytes."""
    machine.built()
    machine.run("scan --offline")
    machine.world.git.commit({"authorizer/app.py": b"handler = 2\n"}, "fix: x")
    for path in machine.world.workspace.folder.glob("bundle-*"):
        path.unlink()
    machine.run("build")
    with pytest.raises(GateError, match="never scanned on this machine"):
        machine.run("publish --version 0.1.0-rc.2")
    assert not machine.world.registry.named["app/export"]


def test_code_that_was_not_built_is_not_published(machine: Builder) -> None:
    _, path = machine.built()
    machine.run("scan --offline")
    path.unlink()
    with pytest.raises(NotFoundError, match="the code of Authorizer was not built") as refusal:
        machine.run("publish --version 0.1.0-rc.1")
    assert refusal.value.next_step == "release build"
    assert not machine.world.registry.named["app/export"]


def test_a_bundle_that_is_not_the_one_that_was_handed_on_is_refused(machine: Builder) -> None:
    digests, path = machine.built()
    machine.run("scan --offline")
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ConflictError, match=r"the bundle is sha256:\w+, handed on was sha256:"):
        machine.run_words(["publish", "--version", "0.1.0-rc.1", "--expect", digests])
    with pytest.raises(ConflictError, match="handed on was none"):
        machine.run_words(["publish", "--version", "0.1.0-rc.1", "--expect", digests.rpartition(" ")[0]])
    assert not machine.world.registry.named["app/export"]


def test_equal_sources_are_built_once_unless_everything_is_to_be_built_anew(machine: Builder) -> None:
    machine.built()
    machine.world.git.commit({"README.md": b"words"}, "docs: words")
    machine.built()
    assert machine.builder.built == ["Authorizer"]
    machine.run("build --no-cache")
    assert machine.builder.built == ["Authorizer"] * 2
    machine.run("build export")
    assert machine.builder.built == ["Authorizer"] * 2, "only images were asked for"
