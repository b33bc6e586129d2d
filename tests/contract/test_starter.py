"""What every Starter does, the fake and a real engine with a base of AWS's contract alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.machine.base_image import make
from rehearsal.machine.engine import engine
from rehearsal.machine.engine_handle import ensure_builder
from rehearsal.machine.standin import StandIn, stand_in
from rehearsal.machine.tools import tools
from release.adapters.docker import Docker
from release.adapters.layout import read_layout
from release.adapters.starter import DockerStarter
from release.adapters.toolbox import Cache
from release.images.model import Archive, BuildRequest
from release.images.ports import Engine, Starter
from release.images.starting import environment
from release.images.startrecord import Started, StartRequest
from release.settings.functionenv import StartSettings
from release.settings.start import StartRules
from tests.fakes.engine import FakeEngine
from tests.fakes.journal import Journal
from tests.fakes.starter import FakeStarter

HANDLER = "def handler(event, context):\n    return {}\n"
#: Seconds after which a start is given up here.
PATIENCE = 5.0


@dataclass(frozen=True)
class Machine:
    """An engine that builds, and starts what it has built from ``base``."""

    engine: Engine
    starter: Starter
    base: str


@pytest.fixture(scope="module")
def real_machine() -> Iterator[Machine]:
    """This machine's engine, or ours, and the stand-in for AWS's base image: its start script is AWS's contract."""
    cache = Cache.of(os.environ)
    with engine(cache, print) as handle:
        ensure_builder(handle)
        name = "public.ecr.aws/lambda/python:3.13"
        wanted = stand_in(name)
        assert isinstance(wanted, StandIn)
        base = make(name, wanted, cache, tools(cache, print))
        env = handle.environment()
        yield Machine(
            Docker(handle.docker, env, builder=handle.builder),
            DockerStarter(handle.docker, env, builder=handle.builder, limit=PATIENCE),
            f"oci-layout://{base.layout}@{base.digest}",
        )


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def machine(request: pytest.FixtureRequest) -> Machine:
    """The fakes, or what is real."""
    if request.param == "fake":
        return Machine(FakeEngine(Journal()), FakeStarter(), "")
    found: Machine = request.getfixturevalue("real_machine")
    return found


@pytest.fixture
def started(machine: Machine, tmp_path: Path) -> Callable[..., Started]:
    """Builds an image whose handler is this code, and starts it with these settings."""

    def start(code: str, settings: StartSettings | None = None) -> Started:
        context = tmp_path / "context"
        context.mkdir()
        (context / "Dockerfile").write_text('FROM base\nCOPY app.py other.py ./\nCMD ["app.handler"]\n')
        (context / "app.py").write_text(code)
        (context / "other.py").write_text(HANDLER)
        named = {"base": machine.base} if machine.base else {}
        path = tmp_path / "image.oci"
        machine.engine.build(
            {path: BuildRequest("export", context, "Dockerfile", "", "linux/amd64", named_contexts=named, epoch=10**9)}
        )
        archive, found = (
            Archive("export", "0" * 16, path, read_layout(path)),
            settings or StartSettings("F", memory=256),
        )
        with machine.starter.loaded(archive, "linux/amd64") as run:
            env = environment(found, StartRules(), "eu-west-1")
            return run(StartRequest(archive, "linux/amd64", found, env))

    return start


def test_an_image_that_asks_for_its_first_event_has_started(started: Callable[..., Started]) -> None:
    one = started(HANDLER)
    assert one.problem == ""
    assert one.seconds is not None
    assert 0 < one.seconds < PATIENCE


def test_awss_base_has_the_emulator_in_it_and_its_entry_script_does_without(started: Callable[..., Started]) -> None:
    """What it loads asserts that the emulator is there; with a Runtime API given, nothing starts it."""
    assert started(f"import os\nassert os.path.exists('/usr/local/bin/aws-lambda-rie')\n{HANDLER}").problem == ""


def test_a_misspelt_import_is_told_in_the_runtimes_own_words(started: Callable[..., Started]) -> None:
    """faults.md, 64."""
    one = started(f"import pandsa\n{HANDLER}")
    assert one.seconds is None
    assert one.problem.startswith(
        "Runtime.ImportModuleError: Unable to import module 'app': No module named 'pandsa'"
    ), one


def test_a_process_that_ends_is_told_with_its_exit_code(started: Callable[..., Started]) -> None:
    """faults.md, 64."""
    one = started(f"import os\nos._exit(3)\n{HANDLER}")
    assert (one.seconds, "exit code 3" in one.problem) == (None, True), one


def test_a_start_that_never_comes_to_an_end_is_given_up(started: Callable[..., Started]) -> None:
    one = started(f"import time\ntime.sleep(3600)\n{HANDLER}")
    assert (one.seconds, "asked for no event within 5 s" in one.problem) == (None, True), one


def test_a_function_is_started_by_its_own_command_and_with_its_own_variables(
    started: Callable[..., Started],
) -> None:
    settings = StartSettings("F", memory=256, command=("other.handler",))
    assert started("import pandsa\n", settings).problem == ""


@pytest.mark.parametrize(("env", "starts"), [({"TABLE": "members"}, True), ({}, False)])
def test_what_the_template_gives_is_in_the_environment(
    started: Callable[..., Started], env: dict[str, str], starts: bool
) -> None:
    one = started(f'import os\nos.environ["TABLE"]\n{HANDLER}', StartSettings("F", env=env, memory=256))
    assert (one.problem == "") is starts, one
    assert starts or "'TABLE'" in one.problem
