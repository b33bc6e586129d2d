"""The stand-in base image: reproducible, well-formed, and with AWS's entry point contract."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from rehearsal.machine import base_rootfs
from rehearsal.machine.oci_layout import EPOCH, ImageConfig, write_layout

CONFIG = ImageConfig("amd64", {"PATH": "/bin"}, ["/entry"], "/var/task", "a test")
REFERENCE = "registry.example/lambda/python:3.13@sha256:" + "0" * 64
ENTRYPOINT = Path(base_rootfs.__file__).with_name("lambda-entrypoint.sh")


def rootfs(folder: Path, names: list[str]) -> Path:
    """The same files, made in the order of ``names``."""
    (folder / "etc").mkdir(parents=True)
    for name in names:
        (folder / "etc" / name).write_text(f"content of {name}")
    (folder / "usr" / "bin").mkdir(parents=True)
    (folder / "bin").symlink_to("usr/bin")
    (folder / "etc" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "etc" / "run.sh").chmod(0o755)
    return folder


def blob(layout: Path, digest: str) -> bytes:
    data = (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == digest
    return data


def test_the_same_files_give_the_same_digest_whatever_their_times_and_order(tmp_path: Path) -> None:
    one, two = rootfs(tmp_path / "one", ["a", "b", "c"]), rootfs(tmp_path / "two", ["c", "a", "b"])
    os.utime(two / "etc" / "a", (1, 1))
    assert write_layout(one, CONFIG, tmp_path / "l1") == write_layout(two, CONFIG, tmp_path / "l2")


def test_another_byte_gives_another_digest(tmp_path: Path) -> None:
    one, two = rootfs(tmp_path / "one", ["a"]), rootfs(tmp_path / "two", ["a"])
    (two / "etc" / "a").write_text("content of A")
    assert write_layout(one, CONFIG, tmp_path / "l1") != write_layout(two, CONFIG, tmp_path / "l2")


def test_a_second_name_of_a_file_is_a_file_of_its_own(tmp_path: Path) -> None:
    one, two = rootfs(tmp_path / "one", ["a", "b"]), rootfs(tmp_path / "two", ["a", "b"])
    (one / "etc" / "b").write_text("content of a")
    (two / "etc" / "b").unlink()
    (two / "etc" / "b").hardlink_to(two / "etc" / "a")
    assert write_layout(one, CONFIG, tmp_path / "l1") == write_layout(two, CONFIG, tmp_path / "l2")


def test_the_layout_holds_together_and_its_layer_belongs_to_root(tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    digest = write_layout(rootfs(tmp_path / "root", ["a"]), CONFIG, layout)
    assert json.loads((layout / "index.json").read_text())["manifests"][0]["digest"] == digest
    manifest = json.loads(blob(layout, digest))
    config = json.loads(blob(layout, manifest["config"]["digest"]))
    layer = gzip.decompress(blob(layout, manifest["layers"][0]["digest"]))
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    assert config["config"] == {"Env": ["PATH=/bin"], "Entrypoint": ["/entry"], "WorkingDir": "/var/task"}
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        members = {member.name: member for member in tar}
    assert list(members) == ["bin", "etc", "usr", "etc/a", "etc/run.sh", "usr/bin"]
    assert {(member.uid, member.gid, member.mtime) for member in members.values()} == {(0, 0, EPOCH)}
    assert members["bin"].linkname == "usr/bin"
    assert members["etc/run.sh"].mode == 0o755


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_the_entry_point_takes_exactly_one_handler(arguments: list[str]) -> None:
    done = subprocess.run(["/bin/sh", ENTRYPOINT, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 142
    assert "handler" in done.stderr


@pytest.mark.parametrize(
    ("env", "command"),
    [
        ({}, "/usr/local/bin/aws-lambda-rie /var/runtime/bootstrap app.handler"),
        ({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}, "/var/runtime/bootstrap app.handler"),
    ],
)
def test_the_emulator_stands_in_front_only_outside_lambda(env: dict[str, str], command: str) -> None:
    shown = re.sub("exec (.*)", r'echo "$_HANDLER: \1"; exit', ENTRYPOINT.read_text()).replace('"$1"', "$1")
    done = subprocess.run(
        ["/bin/sh", "-s", "app.handler"], input=shown, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"app.handler: {command}\n"
