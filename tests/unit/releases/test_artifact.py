"""Bills of materials and databases as OCI artifacts, pushed to a registry over its protocol."""

from __future__ import annotations

import json

import pytest

from release.adapters.artifacts import push_artifact
from release.errors import RemoteError
from release.releases.artifact import CYCLONEDX, sbom_artifact
from tests.support import databaseregistry as registries
from tests.support.layeredimage import digest_of

IMAGE = b'{"schemaVersion":2}'


def test_a_bill_of_materials_names_the_image_as_its_subject() -> None:
    artifact = sbom_artifact(b'{"bomFormat": "CycloneDX"}', IMAGE)
    manifest = json.loads(artifact.manifest)
    assert manifest["subject"]["digest"] == digest_of(IMAGE)
    assert manifest["subject"]["size"] == len(IMAGE)
    assert manifest["artifactType"] == manifest["layers"][0]["mediaType"] == CYCLONEDX
    assert manifest["layers"][0]["digest"] == digest_of(artifact.layer)
    assert manifest["config"]["digest"] == digest_of(b"{}")


def test_it_is_pushed_by_digest_without_a_tag_and_again_without_harm() -> None:
    artifact = sbom_artifact(b"{}", IMAGE)
    with registries.running() as registry:
        for _ in range(2):
            assert push_artifact(registry.host, "export", artifact) == artifact.digest
        assert set(registry.manifests) == {("export", artifact.digest)}
        assert registry.manifests["export", artifact.digest] == artifact.manifest


def test_a_registry_that_is_not_there_is_an_error_with_a_remedy() -> None:
    with registries.running() as registry:
        host = registry.host
    with pytest.raises(RemoteError) as caught:
        push_artifact(host, "export", sbom_artifact(b"{}", IMAGE))
    assert caught.value.untouched == "every image and tag"


def test_a_registry_that_refuses_is_an_error_with_its_answer() -> None:
    with registries.running() as registry, pytest.raises(RemoteError, match="answered 404"):
        push_artifact(registry.host, "no such repository?", sbom_artifact(b"{}", IMAGE))
