"""Artifacts as a registry stores them: a manifest, a document as its configuration, files as its layers.

The form is that of the OCI image specification 1.1, "Guidelines for Artifact Usage": ``artifactType`` says what it is,
and an artifact without a file has the empty layer. A small document stands in the manifest itself (``data``), so that
whoever reads the manifest has read it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from release.digest import is_digest, sha256
from release.errors import ConflictError
from release.oci import OCI_MANIFEST, Layer

#: A document up to this size, in bytes, stands in the manifest. The distribution specification asks registries to take
#: manifests of 4 MiB at least; a hundred of these in one answer stay below that.
INLINE = 16_384
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
EMPTY = Layer(sha256(b"{}"), 2, EMPTY_TYPE)


@dataclass(frozen=True)
class Content:
    """A document and its media type, which is the artifact's type as well."""

    media_type: str
    content: bytes

    @property
    def is_inline(self) -> bool:
        """Whether it stands in the manifest."""
        return len(self.content) <= INLINE


@dataclass(frozen=True)
class Stored:
    """An artifact in a registry. ``config`` is None when the document is a blob that was not read yet."""

    digest: str
    artifact_type: str
    config_layer: Layer
    config: bytes | None
    layers: tuple[Layer, ...]


def manifest_of(document: Content, layers: Sequence[Layer]) -> bytes:
    """The manifest of an artifact: equal contents are equal bytes."""
    config: dict[str, Any] = {
        "mediaType": document.media_type,
        "digest": sha256(document.content),
        "size": len(document.content),
    }
    if document.is_inline:
        config["data"] = base64.b64encode(document.content).decode()
    listed = [
        {"mediaType": layer.media_type, "digest": layer.digest, "size": layer.size} for layer in layers or (EMPTY,)
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": document.media_type,
        "config": config,
        "layers": listed,
    }
    return json.dumps(manifest, separators=(",", ":")).encode()


def parse(raw: bytes, where: str) -> Stored:
    """The artifact whose manifest is ``raw``.

    Args:
        where: what it is called, for the error.

    Raises:
        ConflictError: it is no artifact's manifest, or its document is not the one it names (faults.md, 56).
    """
    try:
        manifest = json.loads(raw)
        config = manifest["config"]
        layers = tuple(_layer(each) for each in manifest["layers"])
        document = _layer(config)
        content = base64.b64decode(config["data"], validate=True) if "data" in config else None
        if content is not None and (sha256(content), len(content)) != (document.digest, document.size):
            raise ValueError("its document is not the one that it names")
        kind = manifest.get("artifactType") or document.media_type
        if not isinstance(kind, str):
            raise ValueError("its type is no text")
        return Stored(sha256(raw), kind, document, content, tuple(each for each in layers if each != EMPTY))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise ConflictError(
            f"{where} is no artifact: {' '.join(str(error).split())[:200]}",
            untouched="everything",
            next_step="release history ENV shows what is there; release another version",
        ) from error


def _layer(value: dict[str, Any]) -> Layer:
    digest, size, media_type = value["digest"], value["size"], value["mediaType"]
    if not isinstance(digest, str) or not is_digest(digest) or type(size) is not int or size < 0:
        raise ValueError(f"{digest!r} is no digest, or its size is none")
    return Layer(digest, size, str(media_type))
