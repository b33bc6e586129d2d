"""Real counterparts: registries that must behave as the fake does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from release.adapters.ecr import Ecr
from release.adapters.layout import read_layout
from release.images.model import Archive
from release.images.ports import Registry
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
