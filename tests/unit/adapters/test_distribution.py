"""The registry protocol against a strict registry on this machine: what arrives is what was sent, or it is an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from release.adapters.distribution import Distribution
from release.adapters.layout import read_layout
from release.errors import ConflictError, NotFoundError, ReleaseError, RemoteError
from release.images.model import Archive
from release.oci import OCI_INDEX, OCI_MANIFEST
from release.releases.artifact import sbom_artifact
from tests.support import databaseregistry, ociimage
from tests.support.httpregistry import Fault, HttpRegistry

REPO = "app/export"


@pytest.fixture
def registry() -> Iterator[HttpRegistry]:
    """An empty registry with one repository."""
    with HttpRegistry(REPO) as server:
        yield server


@pytest.fixture
def client(registry: HttpRegistry) -> Distribution:
    """A client that does not wait between two tries."""
    return Distribution(registry.host, backoff=0)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A small image on disk."""
    path = tmp_path / "image.oci"
    ociimage.write_image(path, {"app.py": b"print()"})
    return Archive("export", "0" * 16, path, read_layout(path))


def uploads(registry: HttpRegistry) -> int:
    """How many uploads were begun."""
    return sum(line.startswith("POST ") for line in registry.seen)


def test_an_image_that_was_pushed_is_there_byte_for_byte(
    registry: HttpRegistry, client: Distribution, archive: Archive
) -> None:
    client.push(REPO, archive)
    assert client.manifest(REPO, archive.digest) == archive.manifest
    stored = registry.repositories[REPO]
    blobs = ociimage.read_blobs(archive.path)
    assert stored.blobs == {digest: blobs[digest] for digest in blobs if digest != archive.digest}
    assert stored.manifests[archive.digest] == (archive.manifest.media_type, blobs[archive.digest])


def test_pushing_again_uploads_nothing(registry: HttpRegistry, client: Distribution, archive: Archive) -> None:
    client.push(REPO, archive)
    begun = uploads(registry)
    client.push(REPO, archive)
    assert uploads(registry) == begun == 3


def test_a_docker_manifest_keeps_its_media_type(client: Distribution, tmp_path: Path) -> None:
    path = tmp_path / "docker.oci"
    digest = ociimage.write_image(path, docker=True)
    client.push(REPO, Archive("export", "0" * 16, path, read_layout(path)))
    assert client.manifest(REPO, digest).media_type.startswith("application/vnd.docker")


def test_credentials_go_with_every_request_to_the_registry(registry: HttpRegistry, archive: Archive) -> None:
    registry.authorization = "Basic QVdTOnNlY3JldA=="
    Distribution(registry.host, lambda: registry.authorization, backoff=0).push(REPO, archive)
    with pytest.raises(RemoteError, match="answered 401"):
        Distribution(registry.host, backoff=0).manifest(REPO, archive.digest)


def test_blobs_behind_a_redirect_are_read_without_credentials_and_not_asked_for_twice(
    registry: HttpRegistry, archive: Archive
) -> None:
    """As ECR gives them: the signed address takes GET only, and no second way of signing in."""
    registry.authorization = "Basic QVdTOnNlY3JldA=="
    client = Distribution(registry.host, lambda: registry.authorization, backoff=0)
    client.push(REPO, archive)
    registry.redirects = True
    begun = uploads(registry)
    client.push(REPO, archive)
    assert uploads(registry) == begun
    assert client.manifest(REPO, archive.digest) == archive.manifest


@pytest.mark.parametrize("kind", ["429", "500", "503"])
@pytest.mark.parametrize(("method", "part"), [("HEAD", "blobs"), ("POST", "uploads"), ("GET", "manifests")])
def test_a_registry_that_refuses_for_a_moment_is_asked_again(
    registry: HttpRegistry, client: Distribution, archive: Archive, kind: str, method: str, part: str
) -> None:
    registry.faults = [Fault(method, part, kind, times=2)]
    client.push(REPO, archive)
    assert client.manifest(REPO, archive.digest) == archive.manifest


@pytest.mark.parametrize("kind", ["429", "500", "503", "drop", "truncated"])
def test_a_registry_that_goes_on_refusing_is_an_error_after_a_bounded_number_of_tries(
    registry: HttpRegistry, client: Distribution, archive: Archive, kind: str
) -> None:
    client.push(REPO, archive)
    asked = len(registry.seen)
    registry.faults = [Fault("GET", "manifests", kind, times=10_000)]
    with pytest.raises(RemoteError) as caught:
        client.manifest(REPO, archive.digest)
    assert len(registry.seen) - asked == 5
    assert caught.value.next_step == "run the same command again; what arrived is kept"


FAULTS = [
    (method, part, kind)
    for method, part in [("HEAD", "blobs/sha"), ("POST", "uploads"), ("PUT", "uploads"), ("PUT", "manifests")]
    for kind in ("drop", "lost", "500", "403")
    if (method, part, kind) != ("PUT", "uploads", "lost")  # it arrived, and is found: nothing was cut off
]


@pytest.mark.parametrize(("method", "part", "kind"), FAULTS, ids=["-".join(fault) for fault in FAULTS])
def test_a_push_that_was_cut_off_anywhere_is_finished_by_running_it_again(
    registry: HttpRegistry, client: Distribution, archive: Archive, method: str, part: str, kind: str
) -> None:
    """faults.md, 15: the manifest comes last, so nothing half-done can be named."""
    registry.faults = [Fault(method, part, kind, times=100)]
    with pytest.raises(RemoteError) as caught:
        client.push(REPO, archive)
    assert caught.value.untouched == "every tag"
    registry.faults = []
    client.push(REPO, archive)
    assert client.manifest(REPO, archive.digest) == archive.manifest


def test_what_arrived_before_the_connection_dropped_is_not_sent_again(
    registry: HttpRegistry, client: Distribution, archive: Archive
) -> None:
    registry.faults = [Fault("PUT", archive.manifest.layers[1].digest, "drop", times=3)]
    with pytest.raises(RemoteError):
        client.push(REPO, archive)
    assert set(registry.repositories[REPO].blobs) == {archive.manifest.layers[0].digest}
    begun = uploads(registry)
    client.push(REPO, archive)
    assert uploads(registry) - begun == 2


@pytest.mark.parametrize("kind", ["drop", "lost", "429", "503"])
def test_an_upload_that_broke_off_is_begun_anew_and_one_that_arrived_all_the_same_is_not_sent_again(
    registry: HttpRegistry, client: Distribution, archive: Archive, kind: str
) -> None:
    registry.faults = [Fault("PUT", archive.manifest.layers[1].digest, kind)]
    client.push(REPO, archive)
    assert client.manifest(REPO, archive.digest) == archive.manifest
    assert uploads(registry) == (3 if kind == "lost" else 4)


ARTIFACT = sbom_artifact(b'{"bomFormat": "CycloneDX"}', b'{"schemaVersion":2}')


def test_an_artifact_is_there_byte_for_byte_under_its_digest_and_again_uploads_nothing(
    registry: HttpRegistry, client: Distribution
) -> None:
    client.push_artifact(REPO, ARTIFACT)
    begun = uploads(registry)
    client.push_artifact(REPO, ARTIFACT)
    stored = registry.repositories[REPO]
    assert stored.manifests == {ARTIFACT.digest: (OCI_MANIFEST, ARTIFACT.manifest)}
    assert set(stored.blobs.values()) == {ARTIFACT.config, ARTIFACT.layer}
    assert uploads(registry) == begun == 2


def test_an_artifact_is_read_back_under_its_tag() -> None:
    with databaseregistry.running() as registry:
        Distribution(registry.host, backoff=0).push_artifact("trivy-db", ARTIFACT, "2")
        assert registry.manifests["trivy-db", "2"] == ARTIFACT.manifest


@pytest.mark.parametrize("kind", ["drop", "lost", "503"])
def test_an_artifact_s_upload_that_broke_off_is_begun_anew(
    registry: HttpRegistry, client: Distribution, kind: str
) -> None:
    registry.faults = [Fault("PUT", "uploads", kind)]
    client.push_artifact(REPO, ARTIFACT)
    assert ARTIFACT.digest in registry.repositories[REPO].manifests


def test_an_artifact_that_a_registry_refuses_is_an_error_with_its_answer(client: Distribution) -> None:
    with pytest.raises(RemoteError, match="answered 404") as caught:
        client.push_artifact("app/other", ARTIFACT)
    assert caught.value.untouched == "every tag"


@pytest.mark.parametrize("part", ["manifests", "blobs"])
def test_an_answer_of_another_digest_is_refused(
    registry: HttpRegistry, client: Distribution, archive: Archive, part: str
) -> None:
    client.push(REPO, archive)
    registry.faults = [Fault("GET", part, "wrong")]
    with pytest.raises(RemoteError, match="has another digest"):
        client.manifest(REPO, archive.digest)


@pytest.mark.parametrize("part", ["manifests", "blobs"])
def test_an_answer_cut_off_once_is_asked_for_again(
    registry: HttpRegistry, client: Distribution, archive: Archive, part: str
) -> None:
    client.push(REPO, archive)
    registry.faults = [Fault("GET", part, "truncated")]
    assert client.manifest(REPO, archive.digest) == archive.manifest


def test_a_registry_that_keeps_something_else_than_it_took_is_noticed_by_the_push(
    registry: HttpRegistry, client: Distribution, archive: Archive
) -> None:
    registry.faults = [Fault("GET", "manifests", "wrong")]
    with pytest.raises(RemoteError, match="has another digest"):
        client.push(REPO, archive)


def test_an_archive_that_was_damaged_after_it_was_verified_does_not_get_in(
    registry: HttpRegistry, client: Distribution, archive: Archive
) -> None:
    ociimage.damage(archive.path)
    with pytest.raises(RemoteError, match="answered 400 for blob"):
        client.push(REPO, archive)
    assert registry.repositories[REPO].manifests == {}


def test_a_digest_that_is_not_there_is_not_found(client: Distribution) -> None:
    with pytest.raises(NotFoundError, match=f"has no sha256:{'0' * 64}"):
        client.manifest(REPO, "sha256:" + "0" * 64)


def test_a_repository_that_is_not_there_takes_nothing(client: Distribution, archive: Archive) -> None:
    with pytest.raises(ReleaseError):
        client.push("app/other", archive)


def test_an_index_is_refused_when_it_is_read(registry: HttpRegistry, client: Distribution) -> None:
    """faults.md, 11."""
    raw = b'{"schemaVersion": 2, "mediaType": "%s", "manifests": []}' % OCI_INDEX.encode()
    digest = ociimage.digest_of(raw)
    registry.repositories[REPO].manifests[digest] = (OCI_INDEX, raw)
    with pytest.raises(ConflictError, match="image index, which Lambda refuses"):
        client.manifest(REPO, digest)


def test_a_registry_that_is_not_running_is_an_error_with_its_name(archive: Archive) -> None:
    with HttpRegistry(REPO) as server:
        host = server.host
    with pytest.raises(RemoteError, match=f"the registry at http://{host}/v2/ did not answer"):
        Distribution(host, backoff=0).push(REPO, archive)


def test_plain_http_is_spoken_with_this_machine_only() -> None:
    assert Distribution("localhost:5000").http.base == "http://localhost:5000/v2/"
    assert Distribution("registry.test").http.base == "https://registry.test/v2/"
    assert Distribution("localhost.registry.test").http.base.startswith("https://")
