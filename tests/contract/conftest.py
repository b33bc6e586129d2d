"""Real counterparts: registries and clouds that must behave as the fakes do."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from rehearsal.cloud import emulator
from rehearsal.cloud.emulator import Emulator
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.machine.tools import tools
from release.adapters import process
from release.adapters.aws import Aws
from release.adapters.ecr import Ecr
from release.adapters.layout import read_layout
from release.adapters.toolbox import Cache
from release.images.model import Archive
from release.images.ports import Registry
from tests.contract.cloudbench import AwsHand, CloudBench
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry
from tests.rehearsed import Rehearsed
from tests.support import ociimage
from tests.support.httpregistry import HttpRegistry

REGION = "eu-west-1"


@dataclass(frozen=True)
class Bench:
    """A registry with one empty repository whose tags are immutable."""

    registry: Registry
    repository: str


@pytest.fixture
def fake_registry() -> Bench:
    """The fake that the stages are tested with."""
    return Bench(FakeRegistry(Journal(), "app/export"), "app/export")


@pytest.fixture
def moto_registry() -> Iterator[Bench]:
    """The ECR adapter, its API answered by moto, its registry protocol by a registry on this machine."""
    with mock_aws(), HttpRegistry("app/export") as server:
        client = boto3.client("ecr", REGION)
        client.create_repository(repositoryName="app/export", imageTagMutability="IMMUTABLE")
        yield Bench(Ecr(client, server.host), "app/export")


@pytest.fixture
def emulated_registry(rehearsal: Rehearsed) -> Iterator[Bench]:
    """The ECR adapter against the emulated AWS of the kept rehearsal."""
    endpoint = rehearsal.env["AWS_ENDPOINT_URL"]
    session = boto3.Session("rehearsal", "rehearsal", region_name=REGION)
    client = session.client("ecr", endpoint_url=endpoint)
    repository = f"contract/{uuid.uuid4().hex}"
    client.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
    yield Bench(Ecr(client, rehearsal.env["RELEASE_REGISTRY"]), repository)
    client.delete_repository(repositoryName=repository, force=True)


@pytest.fixture(
    params=["fake_registry", "moto_registry", pytest.param("emulated_registry", marks=pytest.mark.rehearsal)]
)
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each of the registries in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Archive]:
    """Makes small images: ``archive("content")``."""

    def make(content: str = "print()", *, docker: bool = False) -> Archive:
        path = tmp_path / f"{content}-{docker}.oci"
        ociimage.write_image(path, {"app.py": content.encode()}, docker=docker)
        return Archive("export", "0" * 16, path, read_layout(path))

    return make


@pytest.fixture(scope="session")
def emulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulated AWS of its own, without a container engine: no function is invoked here."""
    venv = tools(Cache.of(os.environ), print).venv("emulator")
    no_engine = EngineHandle({}, Path("no-engine"), False, "", "", "")
    running = emulator.start(venv, no_engine, tmp_path_factory.mktemp("emulator"))
    yield running
    process.stop(running.pid, grace=15)


@pytest.fixture
def emulated_cloud(
    emulated_aws: Emulator, archive: Callable[..., Archive], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CloudBench:
    """The adapter, the real sam, the emulated AWS."""
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    sam = tools(Cache.of(os.environ), print).venv("sam")
    session = boto3.Session(region_name=REGION)
    registry, repository = Ecr(session.client("ecr"), emulated_aws.registry), f"contract/{uuid.uuid4().hex}"
    session.client("ecr").create_repository(repositoryName=repository)
    images = [archive(content) for content in ("first", "second")]
    for image in images:
        registry.push(repository, image)
    uris = tuple(registry.uri(repository, image.digest) for image in images)
    cloud = Aws(session, lambda: sam.tool("sam"), {**os.environ})
    return CloudBench(cloud, AwsHand(session), tmp_path, f"contract-{uuid.uuid4().hex[:12]}", uris)
