"""How an engine is asked to start an image, and what becomes of its answers; the engine is a script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.adapters.starter import DockerStarter
from release.errors import MachineError, RemoteError
from release.images.model import Archive
from release.images.startrecord import Started, StartRequest
from release.settings.functionenv import StartSettings
from tests.support import ociimage
from tests.support.tool import Tool

SETTINGS = StartSettings("F", {}, memory=512, storage=1024, entry_point=("/go", "-v"), folder="/srv")


@pytest.fixture
def docker(tmp_path: Path) -> Tool:
    """The engine's client."""
    return Tool(tmp_path / "bin", "docker")


def start(docker: Tool, tmp_path: Path) -> Started:
    """One start of a small image."""
    ociimage.write_image(tmp_path / "image.oci", {"app.py": b""})
    archive = Archive("api", "0" * 16, tmp_path / "image.oci", read_layout(tmp_path / "image.oci"))
    with DockerStarter(docker.path, dict(os.environ), limit=1).loaded(archive, "linux/arm64") as run:
        return run(StartRequest(archive, "linux/arm64", SETTINGS, {"TABLE": "members"}))


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", MachineError),
        ("no space left on device", RemoteError),
    ],
)
def test_an_engine_that_starts_nothing_says_nothing_about_the_image(
    docker: Tool, tmp_path: Path, says: str, error: type[Exception]
) -> None:
    docker.behave(f"echo '{says}' >&2; exit 1")
    with pytest.raises(error):
        start(docker, tmp_path)


def test_an_image_is_run_as_lambda_runs_it_and_taken_away_again(docker: Tool, tmp_path: Path) -> None:
    docker.behave(
        'echo "$@" >> "$folder/calls"\n'
        'case "$1 $*" in create*) echo abc;; "inspect"*Config.Cmd*) echo \'["app.handler"]\';;\n'
        'inspect*) echo \'{"Running": false, "OOMKilled": true, "ExitCode": 137}\';; logs*) echo goodbye;; esac'
    )
    one = start(docker, tmp_path)
    assert one.problem == "the process ended (was ended for its memory); its last words: goodbye"
    calls = (docker.folder / "calls").read_text().splitlines()
    (created,) = [call for call in calls if call.startswith("create ")]
    for option in (
        "--read-only --cap-drop ALL --tmpfs /tmp:rw,exec,mode=1777,size=1024m",
        "--user 993:990",
        "--memory 512m --memory-swap 512m",
        "--env TABLE=members",
        "--workdir /srv --entrypoint /go",
    ):
        assert option in created
    assert created.endswith(" -v app.handler"), "the image's own command stays when only the entry point is another"
    assert [call.split()[:2] for call in calls[-2:]] == [["rm", "--force"], ["rmi", "--force"]]


def test_an_entry_point_that_is_no_program_is_the_images_fault(docker: Tool, tmp_path: Path) -> None:
    docker.behave(
        'case "$1 $*" in create*) echo abc;; "inspect"*) echo null;;'
        ' start*) echo "exec: /go: no such file or directory" >&2; exit 127;; esac'
    )
    assert start(docker, tmp_path).problem == ("its entry point cannot be run: exec: /go: no such file or directory")
