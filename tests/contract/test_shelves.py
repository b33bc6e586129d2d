"""What every Shelves does, the fake and Amazon ECR alike (moto's answers, and the emulated AWS)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from rehearsal.cloud.emulator import Emulator
from release.adapters.ecr import Ecr
from release.adapters.ecr_shelves import EcrShelves
from release.adapters.ecr_store import EcrStore
from release.errors import NotFoundError, RemoteError
from release.releases.ports import Shelves, Store
from release.releases.stored import Content
from tests.fakes.journal import Journal
from tests.fakes.shelves import FakeShelves
from tests.fakes.store import FakeStore
from tests.support.httpregistry import HttpRegistry

REGION = "eu-west-1"
KIND = "application/vnd.lambda-image-release.claim.v1+json"
GONE = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Bench:
    """Shelves, and a store with one empty repository in the same registry."""

    shelves: Shelves
    store: Store
    repository: str

    def put(self, content: bytes, *tags: str) -> str:
        digest = self.store.put(self.repository, Content(KIND, content))
        for tag in tags:
            self.store.tag(self.repository, digest, tag)
        return digest


@pytest.fixture
def fake_shelves() -> Bench:
    store = FakeStore(Journal(), "app/releases", "app/other")
    store.now = lambda: datetime.now(UTC)
    return Bench(FakeShelves(store.journal, store), store, "app/releases")


@pytest.fixture
def moto_shelves() -> Iterator[Bench]:
    with mock_aws(), HttpRegistry("app/releases") as server:
        client = boto3.client("ecr", REGION)
        for name in ("app/releases", "app/other"):
            client.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
        ecr = Ecr(client, server.host)
        yield Bench(EcrShelves(ecr), EcrStore(ecr), "app/releases")


@pytest.fixture
def emulated_shelves(emulated_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    client = boto3.Session(region_name=REGION).client("ecr")
    project = f"contract/{uuid.uuid4().hex}"
    for name in ("releases", "other"):
        client.create_repository(repositoryName=f"{project}/{name}", imageTagMutability="IMMUTABLE")
    ecr = Ecr(client, emulated_aws.registry)
    return Bench(EcrShelves(ecr), EcrStore(ecr), f"{project}/releases")


@pytest.fixture(params=["fake_shelves", "moto_shelves", pytest.param("emulated_shelves", marks=pytest.mark.emulator)])
def bench(request: pytest.FixtureRequest) -> Bench:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


def test_everything_is_listed_with_its_names_and_the_time_of_its_push(bench: Bench) -> None:
    named = bench.put(b'{"a": 1}', "1.0.0", "sha-1")
    listed = {each.digest: each for each in bench.shelves.contents(bench.repository)}
    assert listed[named].tags == ("1.0.0", "sha-1")
    assert abs(datetime.now(UTC) - listed[named].pushed) < timedelta(hours=1)
    assert listed[named].size > 0


def test_a_repository_that_is_not_there_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.shelves.contents("contract/nowhere")


def test_the_repositories_below_a_name_are_listed_and_no_others(bench: Bench) -> None:
    below = bench.repository.rpartition("/")[0]
    assert bench.shelves.repositories(below) == [f"{below}/other", f"{below}/releases"]
    assert bench.shelves.repositories(bench.repository) == []


def test_deleting_takes_every_name_along_and_nothing_else(bench: Bench) -> None:
    goes, stays = bench.put(b"1", "1.0.0", "sha-1"), bench.put(b"2", "2.0.0")
    assert bench.shelves.delete(bench.repository, [goes]) == {}
    assert bench.store.tags(bench.repository) == {"2.0.0": stays}
    assert [each.digest for each in bench.shelves.contents(bench.repository)] == [stays]


def test_what_is_gone_already_is_no_error(bench: Bench) -> None:
    goes = bench.put(b"1", "1.0.0")
    assert bench.shelves.delete(bench.repository, [goes, GONE]) == {}
    assert bench.shelves.delete(bench.repository, [goes]) == {}


def test_more_than_a_registry_takes_at_once_are_deleted_all_the_same(bench: Bench) -> None:
    digests = [bench.put(str(number).encode(), f"t-{number}") for number in range(101)]
    assert bench.shelves.delete(bench.repository, digests) == {}
    assert bench.store.tags(bench.repository) == {}


def test_a_manifest_tells_its_subject_and_its_parts(bench: Bench) -> None:
    digest = bench.put(b"1", "1.0.0")
    link = bench.shelves.links(bench.repository, [digest])[digest]
    assert (link.parts, link.subject) == ((), "")
    with pytest.raises(NotFoundError):
        bench.shelves.links(bench.repository, [GONE])


def stubbed(method: str, *answers: dict[str, Any]) -> tuple[EcrShelves, Stubber]:
    """Amazon ECR with prepared answers: what no emulation says."""
    client = boto3.client("ecr", REGION, aws_access_key_id="x", aws_secret_access_key="x")
    stub = Stubber(client)
    for answer in answers:
        stub.add_response(method, answer)
    stub.activate()
    return EcrShelves(Ecr(client, "127.0.0.1:1")), stub


def test_a_hundred_ids_go_in_one_request_and_each_refusal_is_told() -> None:
    """Amazon ECR API reference, "BatchDeleteImage": partial failures come in ``failures``, the call itself succeeds."""
    digests = ["sha256:" + f"{number:064x}" for number in range(150)]
    failure = {
        "imageId": {"imageDigest": digests[120]},
        "failureCode": "ImageReferencedByManifestList",
        "failureReason": "Requested image referenced by manifest list",
    }
    missing = {"imageId": {"imageDigest": digests[121]}, "failureCode": "ImageNotFound", "failureReason": "not found"}
    shelves, stub = stubbed("batch_delete_image", {"failures": []}, {"failures": [failure, missing]})
    assert shelves.delete("app/export", digests) == {
        digests[120]: "ImageReferencedByManifestList: Requested image referenced by manifest list"
    }
    stub.assert_no_pending_responses()


def test_no_answer_is_an_error_and_not_taken_for_done() -> None:
    client = boto3.client("ecr", REGION, aws_access_key_id="x", aws_secret_access_key="x")
    stub = Stubber(client)
    stub.add_client_error("batch_delete_image", "ServerException", "later")
    stub.activate()
    with pytest.raises(RemoteError):
        EcrShelves(Ecr(client, "127.0.0.1:1")).delete("app/export", [GONE])
