"""What every Engine does, the fake and a real one with buildx alike; the image here has no base to pull."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from release.adapters import process
from release.adapters.docker import Docker
from release.adapters.layers import stray
from release.adapters.layout import blob_path, link, read_layout, tidy
from release.errors import RemoteError
from release.images.model import BuildRequest
from release.images.ports import Engine
from tests.fakes.engine import FakeEngine
from tests.fakes.journal import Journal
from tests.rehearsed import Rehearsed


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The fake, or the engine of the kept rehearsal."""
    if request.param == "fake":
        return FakeEngine(Journal())
    return real_engine(request.getfixturevalue("rehearsal"))


def real_engine(rehearsal: Rehearsed) -> Docker:
    """The rehearsal's engine, with its builder."""
    docker = process.find("docker", remedy="make rehearse", path=rehearsal.env["PATH"])
    return Docker(docker, rehearsal.env, builder=rehearsal.env["RELEASE_BUILDER"])


@pytest.fixture
def wanted(tmp_path: Path) -> BuildRequest:
    """An image of one file."""
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch AS export\nCOPY app.py /app.py\n")
    (context / "app.py").write_text("print()\n")
    return BuildRequest("export", context, "Dockerfile", "export", "linux/amd64", epoch=1577836800)


def test_a_build_is_one_image_for_the_platform_and_no_index(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    """faults.md, 11 and 12."""
    engine.build({tmp_path / "image.oci": wanted})
    manifest = read_layout(tmp_path / "image.oci")
    assert manifest.platform == "linux/amd64"
    assert manifest.layers


def test_equal_inputs_give_an_equal_digest_and_other_inputs_another(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    for name in ("first.oci", "second.oci"):
        engine.build({tmp_path / name: wanted})
        os.utime(wanted.context / "app.py", (1, 1))
    (wanted.context / "app.py").write_text("print(2)\n")
    engine.build({tmp_path / "third.oci": wanted})
    first, second, third = (read_layout(tmp_path / name).digest for name in ("first.oci", "second.oci", "third.oci"))
    assert first == second
    assert first != third


def test_a_file_that_changed_neither_its_size_nor_its_time_makes_another_image(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    """An engine that compares files by size and time would build what it was sent before, in silence."""
    (wanted.context / "docker").mkdir()
    (wanted.context / "docker" / "Dockerfile").write_text("FROM scratch AS export\nCOPY app.py /one.py\n")
    changes = [("app.py", "print(1)\n"), ("app.py", "print(2)\n")]
    changes += [("docker/Dockerfile", "FROM scratch AS export\nCOPY app.py /two.py\n")]
    digests = []
    for number, (path, text) in enumerate(changes):
        (wanted.context / path).write_text(text)
        os.utime(wanted.context / path, (1, 1))
        engine.build({tmp_path / f"{number}.oci": replace(wanted, dockerfile="docker/Dockerfile")})
        digests.append(read_layout(tmp_path / f"{number}.oci").digest)
    assert len(set(digests)) == 3


def test_blobs_that_are_there_already_are_not_written_again(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    (wanted.context / "Dockerfile").write_text("FROM scratch AS export\nCOPY lib.py /\nCOPY app.py /\n")
    (wanted.context / "lib.py").write_text("lib = 1\n")
    engine.build({tmp_path / "first.oci": wanted})
    first = read_layout(tmp_path / "first.oci")
    link(tmp_path / "first.oci" / "blobs", tmp_path / "second.oci" / "blobs")
    (wanted.context / "app.py").write_text("print(2)\n")
    engine.build({tmp_path / "second.oci": wanted})
    tidy(tmp_path / "second.oci")
    second = read_layout(tmp_path / "second.oci")
    assert second.digest != first.digest
    assert second.layers[0] == first.layers[0]
    files = [blob_path(tmp_path / name, first.layers[0].digest) for name in ("first.oci", "second.oci")]
    assert files[0].samefile(files[1])


def test_another_platform_is_built_for_when_it_is_asked_for(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    """faults.md, 12: nothing runs in this build, so no emulation of that CPU is needed."""
    engine.build({tmp_path / "image.oci": replace(wanted, platform="linux/arm64")})
    assert read_layout(tmp_path / "image.oci").platform == "linux/arm64"


def test_images_that_are_built_side_by_side_are_those_that_are_built_alone(
    engine: Engine, wanted: BuildRequest, tmp_path: Path
) -> None:
    other = replace(wanted, image="report", build_args={"UNUSED": "1"})
    engine.build({tmp_path / "export.oci": wanted, tmp_path / "report.oci": other})
    engine.build({tmp_path / "alone.oci": wanted})
    digests = {name: read_layout(tmp_path / f"{name}.oci").digest for name in ("export", "report", "alone")}
    assert digests["export"] == digests["alone"]


@pytest.mark.engine
def test_one_image_that_fails_does_not_cost_the_other(
    rehearsal: Rehearsed, wanted: BuildRequest, tmp_path: Path
) -> None:
    (wanted.context / "bad").write_text("FROM scratch AS export\nCOPY missing /\n")
    bad = replace(wanted, image="report", dockerfile="bad")
    with pytest.raises(RemoteError, match="building image report failed"):
        real_engine(rehearsal).build({tmp_path / "bad.oci": bad, tmp_path / "good.oci": wanted})
    assert read_layout(tmp_path / "good.oci").layers
    assert not (tmp_path / "bad.oci").exists()


@pytest.mark.engine
def test_a_build_that_fails_leaves_no_archive(rehearsal: Rehearsed, wanted: BuildRequest, tmp_path: Path) -> None:
    (wanted.context / "Dockerfile").write_text("FROM scratch AS export\nCOPY missing /\n")
    with pytest.raises(RemoteError, match="building image export failed"):
        real_engine(rehearsal).build({tmp_path / "image.oci": wanted})
    assert not (tmp_path / "image.oci").exists()


@pytest.mark.engine
def test_a_tree_that_carries_its_own_times_is_a_layer_without_a_time_of_the_build(
    rehearsal: Rehearsed, wanted: BuildRequest, tmp_path: Path
) -> None:
    """What docs/builds.md tells a Dockerfile to do, its parent folders included."""
    (wanted.context / "out" / "var" / "task").mkdir(parents=True)
    (wanted.context / "out" / "var" / "task" / "app.py").write_text("print()\n")
    (wanted.context / "Dockerfile").write_text("FROM scratch AS export\nCOPY --link out/ /\n")
    real_engine(rehearsal).build({tmp_path / "image.oci": wanted})
    (layer,) = read_layout(tmp_path / "image.oci").layers
    assert stray(tmp_path / "image.oci", layer, wanted.epoch + 1) is None


@pytest.mark.engine
def test_where_a_step_leaves_the_build_s_time_the_engine_rewrites_it_when_it_is_asked_to(
    rehearsal: Rehearsed, wanted: BuildRequest, tmp_path: Path
) -> None:
    (wanted.context / "Dockerfile").write_text("FROM scratch AS export\nWORKDIR /srv/x\nCOPY app.py app.py\n")
    engine = real_engine(rehearsal)
    engine.build({tmp_path / "as-it-is.oci": wanted})
    engine.build({tmp_path / "rewritten.oci": replace(wanted, rewrite=True)})
    found = {
        name: [stray(tmp_path / name, layer, wanted.epoch + 1) for layer in read_layout(tmp_path / name).layers]
        for name in ("as-it-is.oci", "rewritten.oci")
    }
    assert any(found["as-it-is.oci"])
    assert not any(found["rewritten.oci"])


@pytest.mark.engine
def test_without_the_cache_every_step_runs_again(rehearsal: Rehearsed, wanted: BuildRequest, tmp_path: Path) -> None:
    """A folder that a step makes has another time then, by a second at least."""
    (wanted.context / "Dockerfile").write_text("FROM scratch AS export\nWORKDIR /srv/x\nCOPY app.py app.py\n")
    engine = real_engine(rehearsal)
    for name, no_cache in (("first.oci", False), ("cached.oci", False), ("again.oci", True)):
        engine.build({tmp_path / name: replace(wanted, no_cache=no_cache)})
        time.sleep(1.1)
    first, cached, again = (read_layout(tmp_path / f"{name}.oci").layers for name in ("first", "cached", "again"))
    assert first == cached
    assert first != again
