"""The engine adapter's command line, and what it makes of an engine's failures; docker is a script here."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from release.adapters import process
from release.adapters.docker import Docker
from release.errors import MachineError, RemoteError
from release.images.model import BuildRequest
from tests.support import ociimage
from tests.support.tool import Tool

ENV = {"PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///engine.sock"}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """A docker that copies a prepared image to where the output is wanted."""
    made = Tool(tmp_path / "bin", "docker")
    ociimage.write_image(tmp_path / "prepared.tar")
    made.behave(f"echo '#1 building' && cp '{tmp_path}/prepared.tar' \"$output\"")
    return made


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    """An image to build."""
    return BuildRequest(
        image="export",
        context=tmp_path / "tree" / "function",
        dockerfile="Dockerfile",
        target="export",
        platform="linux/amd64",
        build_args={"BASE_IMAGE": "base@sha256:00", "ODD": "$(id); 'x'"},
        named_contexts={"base@sha256:00": "oci-layout:///base@sha256:11"},
        secrets={"ca": Path("/etc/ca.pem")},
        epoch=1577836800,
    )


def build(tool: Tool, request: BuildRequest, destination: Path, **options: str) -> None:
    """Build with the tool."""
    docker = process.find("docker", remedy="", path=str(tool.folder))
    Docker(docker, ENV, **options).build({destination: request})  # type: ignore[arg-type]  # the texts among the options


def pairs(arguments: list[str]) -> list[tuple[str, str]]:
    """Each argument with the one after it."""
    return list(itertools.pairwise(arguments))


def test_the_command_names_everything_that_decides_the_bytes(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    build(tool, request_, tmp_path / "image.tar")
    assert tool.arguments[:2] == ["buildx", "build"]
    for pair in [
        ("--platform", "linux/amd64"),
        ("--target", "export"),
        ("--network", "default"),
        ("--file", str(request_.context / "Dockerfile")),
        ("--output", f"type=oci,dest={tmp_path / 'image.tar'},rewrite-timestamp=true"),
        ("--build-arg", "BASE_IMAGE=base@sha256:00"),
        ("--build-arg", "ODD=$(id); 'x'"),
        ("--build-context", "base@sha256:00=oci-layout:///base@sha256:11"),
        ("--secret", "id=ca,src=/etc/ca.pem"),
    ]:
        assert pair in pairs(tool.arguments)
    assert tool.arguments[-1] == str(request_.context)
    assert tool.environment["SOURCE_DATE_EPOCH"] == "1577836800"
    assert tool.environment["DOCKER_HOST"] == "unix:///engine.sock"
    assert (tmp_path / "image.tar").is_file()


def test_neither_provenance_nor_sbom_is_asked_for(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    """faults.md, 11: with either the result would be an index."""
    build(tool, request_, tmp_path / "image.tar")
    assert {"--provenance=false", "--sbom=false"} <= set(tool.arguments)


def test_builder_and_network_are_passed_on(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    build(tool, request_, tmp_path / "image.tar", builder="mine", network="host")
    assert ("--builder", "mine") in pairs(tool.arguments)
    assert ("--network", "host") in pairs(tool.arguments)


FAILURES = {
    "no engine": ("Cannot connect to the Docker daemon at unix:///engine.sock.", MachineError, "release rehearse"),
    "engine stopped halfway": (
        "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
        MachineError,
        "start Docker",
    ),
    "no buildx": ("unknown flag: --progress", MachineError, "buildx plugin"),
    "full disk": ("ERROR: write /x: no space left on device", MachineError, "docker buildx prune"),
    "failing step": (
        'ERROR: process "/bin/sh -c false" did not complete: exit code: 1',
        RemoteError,
        "release -v build",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_told_with_its_remedy_and_leaves_no_half_archive(
    tool: Tool, request_: BuildRequest, tmp_path: Path, case: str
) -> None:
    words, kind, remedy = FAILURES[case]
    tool.behave(f"echo half > \"$output\"; echo '{words}' >&2; exit 1")
    with pytest.raises(kind, match="image export") as caught:
        build(tool, request_, tmp_path / "image.tar")
    assert remedy in caught.value.next_step
    assert caught.value.untouched == "the registry and every environment"
    assert not (tmp_path / "image.tar").exists()


def test_the_end_of_the_engine_s_output_is_shown(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    tool.behave("echo '#9 RUN pip install'; echo '#9 ERROR: no such package' >&2; exit 1")
    with pytest.raises(RemoteError, match="#9 ERROR: no such package"):
        build(tool, request_, tmp_path / "image.tar")
