"""What ZIP functions run on where AWS's bases cannot be pulled, and which CPUs images can be for."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.cloud import advisories
from rehearsal.machine import platforms, runtimes
from rehearsal.machine.base_image import RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.machine.runtimes import RuntimeBase
from rehearsal.machine.standin import PYTHONS
from rehearsal.story import zipped
from release.adapters.toolbox import Cache, Toolbox
from release.adoption.expanded import Expanded
from release.adoption.values import Values
from release.errors import MachineError
from release.gate.database import lacks_system
from release.settings.environments import EnvironmentSpec
from tests.support import findings

ZIP = {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.13", "Handler": "a.b"}}
OTHER = {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": {"Ref": "Language"}, "Handler": "a.b"}}
IMAGE = {"Type": "AWS::Lambda::Function", "Properties": {"PackageType": "Image", "Code": {"ImageUri": "x"}}}
LAYOUT = RehearsalBase("public.ecr.aws/lambda/python:3.13", Path("/layout"), "sha256:1", "a stand-in takes its place")


@pytest.fixture
def docker(tmp_path: Path) -> Callable[[str], EngineHandle]:
    """An engine whose client notes its arguments in ``asked`` and answers what the script says."""

    def made(script: str) -> EngineHandle:
        program = tmp_path / "docker"
        program.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n{script}\n')
        program.chmod(0o755)
        return EngineHandle({}, program, False, "26", "default", "")

    return made


def expanded(*templates: dict[str, object]) -> Expanded:
    spec = EnvironmentSpec("test", "app-test", "eu-west-1", "", {}, "")
    values = [Values({"Resources": each}, {"Language": "nodejs22.x"}) for each in templates]
    return Expanded(spec, tuple(values))


def test_the_runtimes_of_zip_functions_are_found_in_nested_templates_and_behind_parameters() -> None:
    everywhere = [expanded({"A": ZIP, "I": IMAGE}, {"B": OTHER, "C": ZIP})]
    assert zipped.runtimes(everywhere) == {"nodejs22.x": ("B",), "python3.13": ("A", "C")}


@pytest.mark.parametrize(
    ("runtime", "name"),
    [
        ("python3.13", "public.ecr.aws/lambda/python:3.13"),
        ("nodejs22.x", "public.ecr.aws/lambda/nodejs:22"),
        ("java21", "public.ecr.aws/lambda/java:21"),
        ("*", ""),
    ],
)
def test_a_runtime_is_the_base_that_aws_has_for_it(runtime: str, name: str) -> None:
    assert runtimes.name_of(runtime) == name


def test_a_runtime_without_base_and_stand_in_is_told_and_no_error(
    docker: Callable[[str], EngineHandle], tmp_path: Path
) -> None:
    """The images can be rehearsed all the same."""
    away = docker("exit 1")
    toolbox = Toolbox(Cache(tmp_path), (tmp_path,), print)
    found = runtimes.find_or_make(["nodejs22.x", "*"], away.docker, {}, Cache(tmp_path), toolbox)
    assert [each.base for each in found] == [None, None]
    node, unknown = zipped.told(found, {"nodejs22.x": ["Page"], "*": ["Odd"]})
    assert node.startswith("ZIP functions of nodejs22.x (Page) are deployed and cannot be run")
    assert "AWS has no base for it" in unknown


def test_a_runtime_whose_registry_answers_is_left_to_the_emulator(
    docker: Callable[[str], EngineHandle], tmp_path: Path
) -> None:
    there = docker("exit 0")
    toolbox = Toolbox(Cache(tmp_path), (tmp_path,), print)
    found = runtimes.find_or_make(["python3.13"], there.docker, {}, Cache(tmp_path), toolbox)
    assert found == (RuntimeBase("python3.13", None),)
    assert list(zipped.told(found, {"python3.13": ["A"]})) == []


def test_a_stand_in_has_a_name_of_the_run_in_the_engine_and_loses_it(
    docker: Callable[[str], EngineHandle], tmp_path: Path
) -> None:
    engine = docker('case "$1" in images) echo 1234;; esac')
    named = runtimes.load(engine, [RuntimeBase("python3.13", LAYOUT), RuntimeBase("java21", None)], "run-1")
    assert named == {"python3.13": "lambda-image-release/runtime-python3.13:run-1"}
    runtimes.forget(engine, "run-1")
    built, listed, removed = (tmp_path / "asked").read_text().splitlines()
    assert f"--tag {named['python3.13']} --build-context base=oci-layout:///layout@sha256:1" in built
    assert "reference=lambda-image-release/runtime-*:run-1" in listed
    assert removed == "rmi --force 1234"


@pytest.fixture
def on_amd64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.mark.usefixtures("on_amd64")
def test_an_image_for_a_cpu_that_the_engine_has_not_is_refused_before_the_start(
    docker: Callable[[str], EngineHandle],
) -> None:
    engine = docker("echo 'Platforms: linux/amd64, linux/amd64/v2'")
    platforms.check({"worker": "linux/amd64"}, engine)
    with pytest.raises(MachineError, match=r"web \(linux/arm64\); this machine's engine builds and runs linux/amd64"):
        platforms.check({"web": "linux/arm64", "worker": "linux/amd64"}, engine)
    platforms.check({"web": "linux/arm64"}, docker("echo 'Platforms: linux/amd64, linux/arm64*'"))


@pytest.mark.usefixtures("on_amd64")
def test_an_image_for_another_cpu_is_not_built_on_stand_ins() -> None:
    platforms.check_bases({"web": "linux/amd64"}, [LAYOUT])
    platforms.check_bases({"web": "linux/arm64"}, [RehearsalBase("python:3.13-slim", None, "", "")])
    with pytest.raises(MachineError, match=r"web \(linux/arm64\); public\.ecr\.aws/lambda/python:3\.13 cannot be"):
        platforms.check_bases({"web": "linux/arm64"}, [LAYOUT])


def test_the_sample_database_knows_every_debian_that_a_stand_in_is_of() -> None:
    known = frozenset(each.bucket for each in advisories.ADVISORIES)
    released = {"bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "13"}
    for suite in PYTHONS.values():
        assert lacks_system(replace(findings.DATABASE, sources=known), "debian", f"{released[suite]}.1") == ""
