"""A registry that misbehaves, on this machine: asked again a bounded number of times, or a clear refusal; nothing lost.

What a release leaves there goes through two doors, the registry protocol and Amazon ECR's own API, the latter by
botocore as it is. faults.md, 53 and 56.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from release.adapters.distribution import pauses
from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.errors import ConflictError, NotFoundError, RemoteError
from release.images.model import TagOutcome
from release.releases import recording
from release.releases.record import ReleaseRecord
from release.releases.stored import Content
from tests.support.ecrapi import ApiFault, EcrApi
from tests.support.httpregistry import Fault, HttpRegistry
from tests.support.rules import check_refusal
from tests.unit.releases.test_record import RECORD

RELEASES = "app/releases"
CLAIM = "application/vnd.lambda-image-release.claim.v1+json"


@dataclass(frozen=True)
class Served:
    """A registry, ECR's API in front of it, and adapters that hardly wait."""

    registry: HttpRegistry
    api: EcrApi
    bundle: Path

    def store(self, backoff: float = 0.01) -> EcrStore:
        client = boto3.client(
            *("ecr", "eu-west-1"),
            endpoint_url=self.api.url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        return EcrStore(Ecr(client, self.registry.host, backoff=backoff))

    def write(self) -> str:
        return recording.write(RECORD, self.bundle, None, self.store(), RELEASES)

    def read(self) -> tuple[str, ReleaseRecord]:
        return recording.recorded(RECORD.version, self.store(), RELEASES)

    @property
    def named(self) -> dict[str, str]:
        return self.registry.repositories[RELEASES].tags


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    # botocore waits up to 1, 2, 4 … seconds between its tries; AWS's own switch for how many there are.
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    (tmp_path / "bundle").write_bytes(b"b" * 100_000)
    with HttpRegistry(RELEASES) as registry, EcrApi(registry) as api:
        yield Served(registry, api, tmp_path / "bundle")


DOORS = [("HEAD", "blobs/sha"), ("POST", "uploads"), ("PUT", "uploads"), ("PUT", "manifests"), ("GET", "manifests")]


@pytest.mark.parametrize("kind", ["429", "500", "503", "drop", "truncated", "lost"])
@pytest.mark.parametrize(("method", "part"), DOORS, ids=["-".join(door) for door in DOORS])
def test_a_registry_that_is_ill_for_a_moment_gets_the_record_all_the_same(
    served: Served, kind: str, method: str, part: str
) -> None:
    served.registry.faults = [Fault(method, part, kind, times=2)]
    digest = served.write()
    assert served.read() == (digest, RECORD)


@pytest.mark.parametrize("kind", ["429", "500", "drop"])
@pytest.mark.parametrize(("method", "part"), DOORS, ids=["-".join(door) for door in DOORS])
def test_a_registry_that_stays_ill_is_given_up_after_a_bounded_number_of_tries_and_nothing_is_named(
    served: Served, kind: str, method: str, part: str
) -> None:
    """The names come last, so the same command again finishes it."""
    served.registry.faults = [Fault(method, part, kind, times=10_000)]
    with pytest.raises(RemoteError) as caught:
        served.write()
    assert len(served.registry.seen) < 40
    assert caught.value.untouched == "every tag"
    assert caught.value.next_step.startswith("run the same command again")
    assert served.named == {}
    served.registry.faults = []
    assert (served.write(), RECORD) == served.read()


OPERATIONS = ["DescribeImages", "PutImage", "BatchGetImage", "GetAuthorizationToken"]
ILL = [
    (400, "ThrottlingException"),
    (429, "TooManyRequestsException"),
    (500, "ServerException"),
    (503, "ServiceUnavailable"),
]


@pytest.mark.parametrize(("status", "code"), ILL, ids=[code for _, code in ILL])
def test_an_api_that_throttles_or_fails_once_is_asked_again(served: Served, status: int, code: str) -> None:
    served.api.faults = [ApiFault(operation, status, code) for operation in OPERATIONS]
    digest = served.write()
    assert served.read() == (digest, RECORD)
    assert not [fault for fault in served.api.faults if fault.times], "each of them struck"


CALLS: Mapping[str, Callable[[EcrStore, str], object]] = {
    "DescribeImages": lambda store, digest: store.tags(RELEASES),  # noqa: ARG005
    "PutImage": lambda store, digest: store.tag(RELEASES, digest, "1.4.0"),
    "BatchGetImage": lambda store, digest: store.read(RELEASES, [digest]),
    "GetAuthorizationToken": lambda store, digest: store.blob(RELEASES, digest),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_api_that_goes_on_throttling_is_given_up_and_says_what_to_do(served: Served, operation: str) -> None:
    digest = served.write()
    before, asked = dict(served.named), len(served.api.seen)
    served.api.faults = [ApiFault(operation, 400, "ThrottlingException", times=10_000)]
    with pytest.raises(RemoteError, match="ThrottlingException") as caught:
        CALLS[operation](served.store(), digest)
    assert served.api.seen[asked:].count(operation) == 2
    assert caught.value.next_step == "run the same command again"
    assert served.named == before


@pytest.mark.parametrize("operation", ["DescribeImages", "GetAuthorizationToken"])
def test_an_api_whose_answers_are_cut_off_is_refused_and_half_an_answer_is_never_taken_for_a_whole(
    served: Served, operation: str
) -> None:
    """botocore hands over a cut-off document as an empty answer."""
    digest = served.write()
    served.api.faults = [ApiFault(operation, 0, "", times=10_000)]
    with pytest.raises(RemoteError, match="cut off") as caught:
        CALLS[operation](served.store(), digest)
    assert caught.value.next_step == "run the same command again"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_api_whose_answer_is_cut_off_is_asked_again_or_refused_and_a_second_run_finishes(
    served: Served, operation: str
) -> None:
    """Half of a list must never be taken for the list."""
    served.api.faults = [ApiFault(operation, 0, "", times=1)]
    for _ in range(2):
        try:
            digest = served.write()
            assert served.read() == (digest, RECORD)
        except RemoteError:
            continue
    assert (served.write(), RECORD) == served.read()
    assert set(served.named) == {RECORD.version, f"sha-{RECORD.commit}"}


def test_a_registry_that_shows_what_it_took_only_after_ten_seconds_is_waited_for() -> None:
    assert 10 < sum(pauses(0.5)) < 20


def test_a_manifest_that_is_shown_later_than_it_was_pushed_is_waited_for(served: Served) -> None:
    """The same in hundredths: shown after a fifth of a second, waited for at most three."""
    served.registry.late = 0.2
    digest = served.store(backoff=0.1).put(RELEASES, Content(CLAIM, b"{}"))
    assert digest in served.registry.repositories[RELEASES].manifests


def test_a_manifest_that_is_never_shown_is_a_refusal_after_a_bounded_wait(served: Served) -> None:
    served.registry.late = 3600
    with pytest.raises(RemoteError, match="does not show the manifest") as caught:
        served.write()
    assert caught.value.next_step == "run the same command again; what arrived is kept"
    assert served.named == {}
    served.registry.late = 0
    assert (served.write(), RECORD) == served.read()


def test_of_two_claims_the_second_loses_also_while_the_first_is_not_listed_yet(served: Served) -> None:
    """faults.md, 53. Its number is taken, whatever the list says; that it is the same claim again is seen, too."""
    store = served.store(backoff=0.1)
    first, second = (store.put(RELEASES, Content(CLAIM, content)) for content in (b'{"a": 1}', b'{"a": 2}'))
    served.api.late = 0.2
    assert store.tag(RELEASES, first, "production-12") is TagOutcome.WRITTEN
    assert store.tags(RELEASES) == {}, "the list is late"
    assert store.tag(RELEASES, first, "production-12") is TagOutcome.ALREADY_THERE
    served.api.written[RELEASES, "production-12"] = time.monotonic()
    with pytest.raises(ConflictError, match=f"names {first} already, not {second}"):
        store.tag(RELEASES, second, "production-12")
    assert served.named == {"production-12": first}


def test_a_name_that_is_taken_and_never_listed_is_a_refusal(served: Served) -> None:
    store = served.store()
    digest = store.put(RELEASES, Content(CLAIM, b"{}"))
    served.api.late = 3600
    store.tag(RELEASES, digest, "production-12")
    with pytest.raises(RemoteError, match="is taken, and does not show it") as caught:
        store.tag(RELEASES, digest, "production-12")
    assert caught.value.next_step == "run the same command again"


def test_a_release_whose_name_is_not_listed_yet_is_not_found_and_found_a_moment_later(served: Served) -> None:
    """Nothing is guessed from its absence but that it is absent; publishing it again writes the same record."""
    served.api.late = 0.3
    digest = served.write()
    with pytest.raises(NotFoundError, match="is not in app/releases") as caught:
        served.read()
    assert caught.value.untouched == "every environment"
    assert served.write() == digest
    served.api.late = 0
    assert served.read() == (digest, RECORD)


@pytest.mark.parametrize("kind", ["truncated", "wrong"])
def test_a_record_with_another_digest_than_its_tag_says_is_refused(served: Served, kind: str) -> None:
    """faults.md, 56: what the registry gives for the digest are other bytes, or half of them."""
    digest = served.write()
    repository = served.registry.repositories[RELEASES]
    media_type, raw = repository.manifests[digest]
    repository.manifests[digest] = (media_type, raw[: len(raw) // 2] if kind == "truncated" else raw + b" ")
    with pytest.raises(RemoteError, match="has another digest"):
        served.read()


def test_a_record_that_is_gone_behind_its_tag_is_refused_by_its_digest(served: Served) -> None:
    """faults.md, 56."""
    digest = served.write()
    del served.registry.repositories[RELEASES].manifests[digest]
    with pytest.raises(NotFoundError) as caught:
        served.read()
    assert caught.value.message == f"{RELEASES}@{digest} is gone from the registry"
    check_refusal(caught.value)
    assert caught.value.next_step
