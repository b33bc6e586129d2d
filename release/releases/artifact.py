"""Files as OCI artifacts (OCI image specification 1.1, "Guidelines for Artifact Usage")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from release.digest import sha256
from release.oci import OCI_MANIFEST

CYCLONEDX = "application/vnd.cyclonedx+json"
_EMPTY = "application/vnd.oci.empty.v1+json"


@dataclass(frozen=True)
class Artifact:
    """One file as an artifact: the blobs and the manifest that names them."""

    config: bytes
    layer: bytes
    manifest: bytes

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return sha256(self.manifest)


def artifact_of(
    content: bytes,
    media_type: str,
    title: str,
    *,
    artifact_type: str = "",
    config_type: str = _EMPTY,
    subject: Mapping[str, object] | None = None,
) -> Artifact:
    """``content`` as an artifact whose only layer has ``media_type`` and the file name ``title``."""
    layer = descriptor(media_type, content) | {"annotations": {"org.opencontainers.image.title": title}}
    manifest: dict[str, object] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST}
    if artifact_type:
        manifest["artifactType"] = artifact_type
    manifest |= {"config": descriptor(config_type, b"{}"), "layers": [layer]}
    if subject:
        manifest["subject"] = dict(subject)
    return Artifact(b"{}", content, json.dumps(manifest, separators=(",", ":")).encode())


def sbom_artifact(sbom: bytes, image_manifest: bytes, media_type: str = OCI_MANIFEST) -> Artifact:
    """A bill of materials attached to an image: a registry lists it among the image's referrers.

    Args:
        image_manifest: the image's raw manifest, whose digest the artifact names as its subject.
    """
    subject = descriptor(media_type, image_manifest)
    return artifact_of(sbom, CYCLONEDX, "sbom.cdx.json", artifact_type=CYCLONEDX, subject=subject)


def sbom_tag(artifact: Artifact) -> str:
    """The name of an attached bill of materials: nobody needs it to find it, but what has no name may be deleted.

    That is what a push that died leaves, and the repositories' own rules take it away (pipeline.yaml).
    """
    return f"sbom-{artifact.digest.removeprefix('sha256:')}"


def descriptor(media_type: str, content: bytes) -> dict[str, object]:
    """The descriptor of ``content`` (OCI image specification 1.1, "Content Descriptors")."""
    return {"mediaType": media_type, "digest": sha256(content), "size": len(content)}
