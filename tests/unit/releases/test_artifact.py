"""Bills of materials as OCI artifacts."""

from __future__ import annotations

import json

from release.releases.artifact import CYCLONEDX, sbom_artifact
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
