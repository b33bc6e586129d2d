"""The engine adapter's command line, and what it makes of an engine's failures; docker is a script here."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from release.adapters import process
from release.adapters.docker import Docker
from release.adapters.layout import read_layout
from release.errors import MachineError, RemoteError
from release.images.model import BuildRequest
from tests.support import ociimage
from tests.support.tool import Tool

ENV = {"PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///engine.sock"}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """A docker that copies a prepared image to where the output is wanted."""
    made = Tool(tmp_path / "bin", "docker")
    ociimage.write_image(tmp_path / "prepared.oci")
    made.behave(f"echo '#1 building' && mkdir -p \"$output\" && cp -r '{tmp_path}/prepared.oci/.' \"$output\"")
    return made


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    """An image to build."""
    (tmp_path / "tree" / "function" / "docker").mkdir(parents=True)
    (tmp_path / "tree" / "function" / "docker" / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "tree" / "function" / "app.py").write_text("print(1)\n")
    return BuildRequest(
        image="export",
        context=tmp_path / "tree" / "function",
        dockerfile="docker/Dockerfile",
        target="export",
        platform="linux/amd64",
        build_args={"BASE_IMAGE": "base@sha256:00", "ODD": "$(id); 'x'"},
        named_contexts={"base@sha256:00": "oci-layout:///base@sha256:11"},
        secrets={"ca": "file:/etc/ca.pem", "npmrc": "env:NPM_TOKEN", "odd": 'file:/a,"b"'},
        epoch=1577836800,
    )


def build(tool: Tool, request: BuildRequest, destination: Path, env: Mapping[str, str] = ENV, **options: str) -> None:
    """Build with the tool."""
    docker = process.find("docker", remedy="", path=str(tool.folder))
    Docker(docker, env, **options).build({destination: request})  # type: ignore[arg-type]  # the texts among the options


def pairs(arguments: list[str]) -> list[tuple[str, str]]:
    """Each argument with the one after it."""
    return list(itertools.pairwise(arguments))


def test_the_command_names_everything_that_decides_the_bytes(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    build(tool, request_, tmp_path / "image.oci")
    assert tool.arguments[:2] == ["buildx", "build"]
    for pair in [
        ("--platform", "linux/amd64"),
        ("--target", "export"),
        ("--network", "default"),
        ("--output", f"type=oci,dest={tmp_path / 'image.oci'},tar=false"),
        ("--build-arg", "BASE_IMAGE=base@sha256:00"),
        ("--build-arg", "ODD=$(id); 'x'"),
        ("--build-context", "base@sha256:00=oci-layout:///base@sha256:11"),
        ("--secret", "id=ca,src=/etc/ca.pem"),
        ("--secret", "id=npmrc,env=NPM_TOKEN"),
        ("--secret", 'id=odd,"src=/a,""b"""'),
    ]:
        assert pair in pairs(tool.arguments)
    assert "--no-cache" not in tool.arguments
    assert tool.environment["SOURCE_DATE_EPOCH"] == "1577836800"
    assert tool.environment["DOCKER_HOST"] == "unix:///engine.sock"
    assert read_layout(tmp_path / "image.oci").layers


def test_neither_provenance_nor_sbom_is_asked_for(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    """faults.md, 11: with either the result would be an index."""
    build(tool, request_, tmp_path / "image.oci")
    assert {"--provenance=false", "--sbom=false"} <= set(tool.arguments)


def test_builder_and_network_are_passed_on(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    build(tool, request_, tmp_path / "image.oci", builder="mine", network="host")
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
    tool.behave(f'mkdir "$output"; echo half > "$output/half"; echo \'{words}\' >&2; exit 1')
    with pytest.raises(kind, match="image export") as caught:
        build(tool, request_, tmp_path / "image.oci")
    assert remedy in caught.value.next_step
    assert caught.value.untouched == "the registry and every environment"
    assert not (tmp_path / "image.oci").exists()


def test_the_end_of_the_engine_s_output_is_shown(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    tool.behave("echo '#9 RUN pip install'; echo '#9 ERROR: no such package' >&2; exit 1")
    with pytest.raises(RemoteError, match="#9 ERROR: no such package"):
        build(tool, request_, tmp_path / "image.oci")


def test_every_layer_is_rewritten_only_where_that_is_asked_for(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    build(tool, replace(request_, rewrite=True), tmp_path / "image.oci")
    assert ("--output", f"type=oci,dest={tmp_path / 'image.oci'},tar=false,rewrite-timestamp=true") in pairs(
        tool.arguments
    )


def test_a_build_without_the_cache_neither_reads_nor_writes_one(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    caches = {"RELEASE_BUILD_CACHE_FROM": "type=registry,ref=c", "RELEASE_BUILD_CACHE_TO": "type=registry,ref=c"}
    build(tool, request_, tmp_path / "first.oci", env=ENV | caches)
    assert {"--cache-from", "--cache-to"} <= set(tool.arguments)
    build(tool, replace(request_, no_cache=True), tmp_path / "second.oci", env=ENV | caches)
    assert "--no-cache" in tool.arguments
    assert not {"--cache-from", "--cache-to"} & set(tool.arguments)


def seen(tool: Tool, request: BuildRequest, destination: Path) -> dict[str, str]:
    """Build; name -> mode, seconds and content of what the engine was given, and the names of both folders."""
    note = 'for last; do :; done; (cd "$last/" && find . -type f -exec stat -c "%n %a %Y" {} +) > "$folder/seen"; '
    tool.behave(note + 'cat "$last/app.py" > "$folder/code"')
    build(tool, request, destination)
    lines = (line.split(" ", 1) for line in (tool.folder / "seen").read_text().splitlines())
    file = dict(pairs(tool.arguments))["--file"]
    names = {"context": Path(tool.arguments[-1]).name, "dockerfile": Path(file).parent.name, "file": Path(file).name}
    return dict(lines) | names | {"code": (tool.folder / "code").read_text()}


def test_neither_the_clock_nor_the_umask_nor_the_path_reaches_the_engine(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    first = seen(tool, request_, tmp_path / "first.oci")
    assert first["./app.py"] == first["./docker/Dockerfile"] == "644 1577836800"
    other = replace(request_, context=tmp_path / "elsewhere" / "other")
    shutil.copytree(request_.context, other.context)
    os.utime(other.context / "app.py", (1, 1))
    (other.context / "app.py").chmod(0o600)
    assert seen(tool, other, tmp_path / "second.oci") == first
    (other.context / "app.py").chmod(0o700)
    assert seen(tool, other, tmp_path / "third.oci")["./app.py"] == "755 1577836800"


def test_a_dockerfile_outside_the_context_is_sent_under_a_name_that_tells_its_content(
    tool: Tool, request_: BuildRequest, tmp_path: Path
) -> None:
    """Two resolved digests are equally long, so size and time may be equal while the context stays the same."""
    outside = tmp_path / "export.dockerfile" / "Dockerfile"
    outside.parent.mkdir()
    names = []
    for digest in ("1", "2"):
        outside.write_text(f"FROM a@sha256:{digest}\n")
        names.append(seen(tool, replace(request_, dockerfile=str(outside)), tmp_path / f"{digest}.oci"))
    assert names[0]["context"] == names[1]["context"]
    assert names[0]["dockerfile"] != names[1]["dockerfile"]


@pytest.mark.parametrize("path", ["app.py", "docker/Dockerfile"])
def test_a_file_that_changed_neither_its_size_nor_its_time_is_sent_under_another_name(
    tool: Tool, request_: BuildRequest, tmp_path: Path, path: str
) -> None:
    """BuildKit compares size, mode and time alone, within contexts of one name."""
    first = seen(tool, request_, tmp_path / "first.oci")
    text = (request_.context / path).read_text()
    (request_.context / path).write_text(text[:-2] + "2\n")
    second = seen(tool, request_, tmp_path / "second.oci")
    assert len((request_.context / path).read_text()) == len(text)
    assert first["context"] != second["context"]
    assert first["dockerfile"] != second["dockerfile"]
    assert first["file"] == second["file"] == "Dockerfile"


def test_no_more_images_are_built_at_once_than_fit(tool: Tool, request_: BuildRequest, tmp_path: Path) -> None:
    """The second build begins when the first one is over, not beside it."""
    busy = tmp_path / "busy"
    tool.behave(
        f"mkdir '{busy}' || exit 9; sleep 0.2; rmdir '{busy}'; "
        f'mkdir -p "$output" && cp -r \'{tmp_path}/prepared.oci/.\' "$output"'
    )
    docker = process.find("docker", remedy="", path=str(tool.folder))
    wanted = {tmp_path / "one.oci": request_, tmp_path / "two.oci": replace(request_, image="two")}
    Docker(docker, ENV, side_by_side=1).build(wanted)
    assert all((path / "index.json").exists() for path in wanted)
    with pytest.raises(RemoteError):
        Docker(docker, ENV, side_by_side=2).build(wanted)
