"""Two engines and two emulators at once, of two cache folders, as two checkouts on one machine have them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.cloud import emulator
from rehearsal.cloud.emulator import Emulator
from rehearsal.machine import base_image, bridge, engine
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.machine.tools import tools
from release.adapters.toolbox import Cache, Toolbox
from release.settings import config
from tests.rehearsed import REPOSITORY
from tests.support.caches import cache_beside

pytestmark = pytest.mark.engine

ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1] + '/_ministack/health', timeout=20).status)"


@dataclass(frozen=True)
class Place:
    """What one cache folder has running."""

    engine: EngineHandle
    aws: Emulator


def silent(_line: str) -> None:
    pass


@pytest.fixture(scope="module")
def toolbox() -> Toolbox:
    """The machine's own tools."""
    return tools(Cache.of(os.environ), silent)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, toolbox: Toolbox) -> Iterator[list[Place]]:
    """Two places, started at the same time, of engines that both ran alone before."""
    folder = tmp_path_factory.mktemp("caches")
    caches = [cache_beside(folder / name) for name in ("one", "other")]
    for cache in caches:  # so both remember the same network, the first that was free
        with engine.engine(cache, silent):
            pass
    venv = toolbox.venv("emulator")
    with ExitStack() as stack:

        def start(cache: Cache) -> Place:
            handle = stack.enter_context(engine.engine(cache, silent))
            aws = emulator.start(venv, handle, cache.folder("aws"))
            stack.callback(emulator.stop, aws, handle)
            return Place(handle, aws)

        with ThreadPoolExecutor(2) as pool:
            yield list(pool.map(start, caches))
    shutil.rmtree(folder)


def test_each_has_a_network_and_a_port_of_its_own(places: list[Place]) -> None:
    one, other = places
    if one.engine.started:  # else both use the machine's engine
        assert one.engine.gateway != other.engine.gateway
        assert one.engine.env != other.engine.env
    assert one.aws.port != other.aws.port
    assert all(bridge.is_local(place.engine.gateway) for place in places if place.engine.gateway)


def test_a_container_of_each_reaches_its_own_emulator_and_is_reached(places: list[Place], toolbox: Toolbox) -> None:
    settings = config.parse((REPOSITORY / "release.toml").read_text(encoding="utf-8"))
    for number, place in enumerate(places):
        (found,) = base_image.find_or_make(
            [settings.base], place.engine.docker, place.engine.environment(), toolbox.cache, toolbox
        )
        source = f"oci-layout://{found.layout}@{found.digest}" if found.layout else f"docker-image://{settings.base}"
        folder = toolbox.cache.folder("scratch", f"side-by-side-{os.getpid()}-{number}")
        (folder / "Dockerfile").write_text("FROM base\n")
        name = f"side-by-side-{os.getpid()}"
        place.engine.run("buildx", "build", "--load", "--tag", name, "--build-context", f"base={source}", str(folder))
        shutil.rmtree(folder)
        inside = ["run", "--rm", "--add-host", "host.docker.internal:host-gateway", "--entrypoint", "python3", name]
        assert place.engine.run(*inside, "-c", ASK, place.aws.container_endpoint) == "200"
        place.engine.run("rmi", "--force", name)


def test_one_that_ends_takes_nothing_from_the_other(tmp_path: Path, places: list[Place]) -> None:
    with engine.engine(cache_beside(tmp_path / "third"), silent) as third:
        assert third.run("version", "--format", "{{.Server.Version}}")
    for place in places:
        assert place.engine.run("version", "--format", "{{.Server.Version}}") == place.engine.version
        assert bridge.is_local(place.engine.gateway) or not place.engine.gateway
