"""gate.mode = "new-only" from release scan to release promote: what production has too does not stop a release."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from release.bootstrap import Wiring
from release.cli import parser
from release.commands import of_name
from release.deployments.target import Target
from release.errors import GateError, ReleaseError, RemoteError, UsageError
from release.gate.findings import ImageScan, ScanReport
from release.gate.ports import Scanner
from release.report import Report
from tests.fakes.registry import HOST
from tests.fakes.scanner import FakeScanner
from tests.fakes.starter import FakeStarter
from tests.support.findings import DATABASE, report, vulnerability
from tests.support.world import FILES, World

GATE = b'\n[gate]\nblock = ["HIGH"]\nmode = "new-only"\ncompare-with = "production"\n'
CHANGELOG = b"# Changelog\n\n## [0.2.0] - 2026-11-25\n\n- a new thing\n\n## [0.1.0] - 2026-01-05\n\n- everything\n"


class Machine(Wiring):
    """The commands' ports, all of them fakes; ``folder`` is where the records are.

    Attributes:
        found: image -> what a scanner finds in each of its digests; clean by default.
        away: the registry cannot be read.
    """

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__(folder, {})
        self.world, self.found, self.away = world, dict[str, ScanReport | ReleaseError](), False
        self.__dict__ |= {"git": world.git, "workspace": world.workspace}
        self.engine_of_starts = FakeStarter()

    @property
    def registry(self) -> object:  # type: ignore[override]  # the fake is the port, not the adapter
        if self.away:
            raise RemoteError("no credentials", next_step="sign in to AWS")
        return self.world.registry

    @property
    def starter(self) -> object:  # type: ignore[override]
        return self.engine_of_starts

    @property
    def store(self) -> object:  # type: ignore[override]
        return self.world.store

    @contextmanager
    def target(self, environment: str) -> Iterator[Target]:
        yield self.world.target(environment)

    @property
    def config(self) -> object:  # type: ignore[override]
        return self.world.config

    def _scanner(self, database: str) -> Scanner:  # type: ignore[override]
        now = datetime.now(UTC)
        fresh = type(DATABASE)(2, now - timedelta(hours=1), now + timedelta(hours=5), now, DATABASE.sources, database)
        archives = {each.path.name: each.digest for each in self.world.workspace.kept.values()}
        remote = {
            f"{HOST}/{repository}@{digest}": digest
            for repository, blobs in self.world.registry.blobs.items()
            for digest in blobs
        }
        clean = dict.fromkeys(("function/Dockerfile", "template.yaml"), ScanReport())
        return FakeScanner(fresh, {name: self._scan(digest) for name, digest in (archives | remote).items()}, clean)

    def _scan(self, digest: str) -> ImageScan | ReleaseError:
        found = self.found.get(digest, report())
        return found if isinstance(found, ReleaseError) else ImageScan(digest, found, b"{}")

    def run(self, line: str) -> Report:
        return self.run_words(line.split())

    def run_words(self, words: Sequence[str]) -> Report:
        arguments = parser().parse_args(words)
        answer: Report = of_name(arguments.command).run(arguments, self)
        return answer


HIGH = report(vulnerability())


@pytest.fixture
def world(tmp_path: Path) -> World:
    """0.1.0 is live; a change of both images is built and not published."""
    world = World(tmp_path / "world")
    world.git.commit({"release.toml": (FILES["release.toml"] or b"") + GATE}, "feat: all")
    world.release("0.1.0", "staging", "production")
    world.git.tag("v0.1.0")
    world.change("report", "other = 1\n")
    world.git.commit({"function/export/app.py": b"other = 1\n", "CHANGELOG.md": CHANGELOG}, "feat: a new thing")
    world.build()
    return world


@pytest.fixture
def machine(world: World, tmp_path: Path) -> Machine:
    """Every image of both versions has the same vulnerability."""
    machine = Machine(world, tmp_path)
    digests = [*world.registry.named["app/export"].values(), *world.registry.named["app/report"].values()]
    machine.found = dict.fromkeys([*digests, *(each.digest for each in world.workspace.kept.values())], HIGH)
    machine.run("start")
    return machine


def built(machine: Machine, image: str) -> str:
    """The digest of the newest archive of ``image``."""
    return [each.digest for (name, _), each in machine.world.workspace.kept.items() if name == image][-1]


def live(machine: Machine, image: str) -> str:
    return machine.world.registry.named[f"app/{image}"]["0.1.0"]


def test_what_production_has_too_is_known_to_scan_publish_and_promote(machine: Machine) -> None:
    assert machine.run("scan").outputs == {"verdict": "pass"}
    machine.run("publish --version 0.2.0-rc.1")
    assert machine.world.registry.named["app/export"]["0.2.0-rc.1"] == built(machine, "export")
    machine.world.deploy("staging", "0.2.0-rc.1")
    machine.world.git.tag("v0.2.0")
    machine.run("promote v0.2.0")
    assert machine.world.registry.named["app/export"]["0.2.0"] == built(machine, "export")


def test_without_the_registry_the_comparison_is_left_to_publish(machine: Machine) -> None:
    machine.away = True
    with pytest.raises(RemoteError) as caught:
        machine.run("scan")
    assert "release scan --offline" in caught.value.next_step
    told = machine.run("scan --offline")
    assert told.outputs == {"verdict": "undecided"}
    assert "unless production has it too" in told.text
    machine.away = False
    machine.run("publish --version 0.2.0-rc.1")
    assert "0.2.0-rc.1" in machine.world.registry.named["app/report"]


@pytest.mark.parametrize("scan", ["scan", "scan --offline"])
def test_what_is_new_in_one_image_is_not_published(machine: Machine, scan: str) -> None:
    machine.found[live(machine, "export")] = report()
    refused: list[GateError] = []
    for line in (scan, "publish --version 0.2.0-rc.1"):
        try:
            machine.run(line)
        except GateError as error:
            refused.append(error)
    assert len(refused) == (1 if "offline" in scan else 2)
    assert "export: CVE-2026-48526" in refused[0].message
    assert "report:" not in refused[0].message
    assert "0.2.0-rc.1" not in machine.world.registry.named["app/report"]


def test_a_live_image_that_cannot_be_scanned_lets_nothing_through(machine: Machine) -> None:
    machine.found[live(machine, "export")] = RemoteError("the registry did not answer")
    with pytest.raises(GateError, match="cannot tell: the registry did not answer"):
        machine.run("scan")
    machine.found[live(machine, "export")] = HIGH
    machine.run("scan --offline")
    machine.found[live(machine, "export")] = RemoteError("the registry did not answer")
    with pytest.raises(GateError):
        machine.run("publish --version 0.2.0-rc.1")
    assert "0.2.0-rc.1" not in machine.world.registry.named["app/export"]


def test_what_is_new_since_production_went_back_is_not_promoted(machine: Machine) -> None:
    machine.run("scan --offline")
    machine.run("publish --version 0.2.0-rc.1")
    machine.world.deploy("staging", "0.2.0-rc.1")
    machine.world.git.tag("v0.2.0")
    machine.found[live(machine, "report")] = report()
    for record in machine.workspace.folder.glob("*.scan.json"):
        record.unlink()  # another machine
    with pytest.raises(GateError, match="report"):
        machine.run("promote v0.2.0")
    assert "0.2.0" not in machine.world.registry.named["app/export"]


def test_the_daily_look_at_production_excuses_nothing_by_itself(machine: Machine) -> None:
    with pytest.raises(GateError, match="stops 2 of 2 images"):
        machine.run("scan --live production")
    with pytest.raises(UsageError, match="does not go with --offline"):
        machine.run("scan --live production --offline")


def test_before_the_first_deployment_everything_is_new(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    world.git.commit({"release.toml": (FILES["release.toml"] or b"") + GATE}, "feat: all")
    world.build()
    machine = Machine(world, tmp_path)
    machine.found = {each.digest: HIGH for each in world.workspace.kept.values()}
    with pytest.raises(GateError, match="CVE-2026-48526"):
        machine.run("scan")


def test_the_findings_go_into_a_folder_that_is_made(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "a/b/findings.sarif"
    machine.run_words(["scan", "--sarif", str(file)])
    assert json.loads(file.read_text())["version"] == "2.1.0"


def test_findings_that_cannot_be_written_are_refused_before_the_scan(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    machine.found = {digest: RemoteError("scanned") for digest in machine.found}
    with pytest.raises(UsageError, match=r"--sarif names .*findings\.sarif, where no file can be written"):
        machine.run_words(["scan", "--sarif", str(tmp_path / "file/findings.sarif")])
    machine.run_words(["scan", "--sarif", str(tmp_path / "file/findings.sarif"), "--dry-run"])
