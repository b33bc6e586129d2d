"""What every Store of artifacts does, the fake and Amazon ECR alike (moto's answers, and the emulated AWS)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.digest import sha256
from release.errors import ConflictError, NotFoundError, ReleaseError
from release.images.model import TagOutcome
from release.releases.ports import Store
from release.releases.stored import INLINE, Content
from tests.fakes.journal import Journal
from tests.fakes.store import FakeStore
from tests.rehearsed import Rehearsed
from tests.support.httpregistry import Fault, HttpRegistry

REGION = "eu-west-1"
KIND = "application/vnd.lambda-image-release.claim.v1+json"
GZIP = "application/vnd.lambda-image-release.bundle.v1.tar+gzip"


@dataclass(frozen=True)
class Shelf:
    """A store with one empty repository whose tags are immutable."""

    store: Store
    repository: str

    def put(self, content: bytes = b"{}", *files: Path) -> str:
        return self.store.put(self.repository, Content(KIND, content), [(GZIP, path) for path in files])


@pytest.fixture
def fake_store() -> Shelf:
    return Shelf(FakeStore(Journal(), "app/releases"), "app/releases")


@pytest.fixture
def moto_store() -> Iterator[Shelf]:
    with mock_aws(), HttpRegistry("app/releases") as server:
        client = boto3.client("ecr", REGION)
        client.create_repository(repositoryName="app/releases", imageTagMutability="IMMUTABLE")
        yield Shelf(EcrStore(Ecr(client, server.host)), "app/releases")


@pytest.fixture
def emulated_store(rehearsal: Rehearsed) -> Iterator[Shelf]:
    session = boto3.Session("rehearsal", "rehearsal", region_name=REGION)
    client = session.client("ecr", endpoint_url=rehearsal.env["AWS_ENDPOINT_URL"])
    repository = f"contract/{uuid.uuid4().hex}/releases"
    client.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
    yield Shelf(EcrStore(Ecr(client, rehearsal.env["RELEASE_REGISTRY"])), repository)
    client.delete_repository(repositoryName=repository, force=True)


@pytest.fixture(params=["fake_store", "moto_store", pytest.param("emulated_store", marks=pytest.mark.rehearsal)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Shelf)
    return found


def test_a_small_document_is_read_back_whole(shelf: Shelf) -> None:
    digest = shelf.put(b'{"a": 1}')
    stored = shelf.store.read(shelf.repository, [digest])[digest]
    assert (stored.digest, stored.artifact_type, stored.config, stored.layers) == (digest, KIND, b'{"a": 1}', ())


def test_a_large_document_is_read_back_whole(shelf: Shelf) -> None:
    content = b"x" * (INLINE + 1)
    digest = shelf.put(content)
    assert shelf.store.read(shelf.repository, [digest])[digest].config == content


def test_a_file_is_fetched_back_byte_for_byte(shelf: Shelf, tmp_path: Path) -> None:
    bundle, back = tmp_path / "bundle", tmp_path / "back"
    bundle.write_bytes(bytes(range(256)) * 9000)
    digest = shelf.put(b"{}", bundle)
    (layer,) = shelf.store.read(shelf.repository, [digest])[digest].layers
    assert (layer.digest, layer.media_type) == (sha256(bundle.read_bytes()), GZIP)
    shelf.store.fetch(shelf.repository, layer, back)
    assert back.read_bytes() == bundle.read_bytes()


def test_a_document_is_read_by_its_digest_alone(shelf: Shelf, tmp_path: Path) -> None:
    sbom = tmp_path / "sbom"
    sbom.write_bytes(b'{"bomFormat": "CycloneDX"}')
    shelf.put(b"{}", sbom)
    assert shelf.store.blob(shelf.repository, sha256(sbom.read_bytes())) == sbom.read_bytes()
    with pytest.raises(NotFoundError):
        shelf.store.blob(shelf.repository, sha256(b"another"))


def test_equal_artifacts_are_one(shelf: Shelf) -> None:
    assert shelf.put() == shelf.put()


def test_more_than_a_registry_gives_at_once_are_read_all_the_same(shelf: Shelf) -> None:
    digests = [shelf.put(str(number).encode()) for number in range(100)]
    assert [shelf.store.read(shelf.repository, digests)[each].config for each in digests][99] == b"99"


def test_an_artifact_has_a_name_that_never_moves(shelf: Shelf) -> None:
    """faults.md, 53: of two runs that claim one number, one wins."""
    first, second = shelf.put(b"1"), shelf.put(b"2")
    assert shelf.store.tag(shelf.repository, first, "production-1") is TagOutcome.WRITTEN
    assert shelf.store.tag(shelf.repository, first, "production-1") is TagOutcome.ALREADY_THERE
    with pytest.raises(ConflictError):
        shelf.store.tag(shelf.repository, second, "production-1")
    assert shelf.store.tags(shelf.repository) == {"production-1": first}


def test_what_is_not_there_is_not_found(shelf: Shelf, tmp_path: Path) -> None:
    missing = "sha256:" + "0" * 64
    digest = shelf.put()
    layer = shelf.store.read(shelf.repository, [digest])[digest].config_layer
    with pytest.raises(NotFoundError) as caught:
        shelf.store.read(shelf.repository, [digest, missing])
    assert caught.value.next_step
    with pytest.raises(NotFoundError):
        shelf.store.fetch(shelf.repository, type(layer)(missing, 5, GZIP), tmp_path / "back")
    assert not list(tmp_path.iterdir()), "nothing half-written is left"
    with pytest.raises(NotFoundError):
        shelf.store.tags("app/nowhere")


@pytest.fixture
def served() -> Iterator[tuple[Shelf, HttpRegistry]]:
    with mock_aws(), HttpRegistry("app/releases") as server:
        client = boto3.client("ecr", REGION)
        client.create_repository(repositoryName="app/releases", imageTagMutability="IMMUTABLE")
        yield Shelf(EcrStore(Ecr(client, server.host)), "app/releases"), server


@pytest.mark.parametrize("kind", ["429", "500", "503"])
def test_a_registry_that_is_well_again_in_a_moment_loses_nothing(
    served: tuple[Shelf, HttpRegistry], kind: str, tmp_path: Path
) -> None:
    shelf, server = served
    bundle = tmp_path / "bundle"
    bundle.write_bytes(b"b" * 100_000)
    server.faults = [Fault("HEAD", "blobs", kind), Fault("POST", "uploads", kind), Fault("GET", "manifests", kind)]
    digest = shelf.put(b"{}", bundle)
    assert shelf.store.read(shelf.repository, [digest])[digest].config == b"{}"


@pytest.mark.parametrize("kind", ["truncated", "wrong"])
def test_bytes_that_are_not_those_that_were_named_are_not_kept(
    served: tuple[Shelf, HttpRegistry], kind: str, tmp_path: Path
) -> None:
    shelf, server = served
    bundle, back = tmp_path / "bundle", tmp_path / "back"
    bundle.write_bytes(b"b" * 100_000)
    digest = shelf.put(b"{}", bundle)
    (layer,) = shelf.store.read(shelf.repository, [digest])[digest].layers
    server.faults = [Fault("GET", layer.digest, kind, times=9)]
    with pytest.raises(ReleaseError):
        shelf.store.fetch(shelf.repository, layer, back)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_what_is_there_already_is_not_sent_again(served: tuple[Shelf, HttpRegistry], tmp_path: Path) -> None:
    shelf, server = served
    bundle = tmp_path / "bundle"
    bundle.write_bytes(b"b" * 100_000)
    shelf.put(b"{}", bundle)
    server.seen.clear()
    shelf.put(b"{}", bundle)
    assert not [request for request in server.seen if request.startswith("POST")]
