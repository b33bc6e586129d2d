"""Reading image manifests strictly (OCI image specification 1.1, "Image Manifest" and "Image Index")."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from release.digest import is_digest, sha256
from release.errors import ConflictError, RemoteError

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

#: Lambda accepts these two and refuses indexes ("Create a Lambda function using a container image", requirements).
IMAGE_MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})


@dataclass(frozen=True)
class Layer:
    """One layer as the registry stores it. ``size`` is its compressed size in bytes."""

    digest: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Manifest:
    """An image manifest, and what the image's configuration says of it.

    Attributes:
        platform: ``os/architecture``.
        made_by: the instruction that made each layer, in one short line; empty when the history does not tell.
    """

    digest: str
    media_type: str
    platform: str
    config: Layer
    layers: tuple[Layer, ...]
    made_by: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes a cold pull transfers: configuration and layers, compressed."""
        return self.config.size + sum(layer.size for layer in self.layers)

    def name_of(self, number: int) -> str:
        """The layer ``number``, from 1, as a person finds it: ``layer 2 (COPY /out/ /)``."""
        made_by = self.made_by[number - 1] if self.made_by else ""
        return f"layer {number} ({made_by})" if made_by else f"layer {number}"


def config_descriptor(manifest: bytes) -> Layer:
    """The configuration's descriptor of a raw manifest.

    Raises:
        ConflictError: it is an index, which Lambda refuses.
        RemoteError: it is no manifest at all.
    """
    return _descriptor(_document(manifest).get("config"))


def media_type(manifest: bytes) -> str:
    """The media type of a raw manifest. Raises ConflictError for an index, RemoteError for no manifest at all."""
    return str(_document(manifest)["mediaType"])


def parse_manifest(manifest: bytes, config: bytes) -> Manifest:
    """A manifest from its raw bytes and those of its configuration.

    Raises:
        ConflictError: it is an index.
        RemoteError: the configuration is not the one the manifest names, or something is missing.
    """
    document = _document(manifest)
    descriptor = _descriptor(document.get("config"))
    if sha256(config) != descriptor.digest:
        raise RemoteError(f"the configuration is not {descriptor.digest}, which the manifest names")
    try:
        settings = json.loads(config)
        platform = f"{settings['os']}/{settings['architecture']}"
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise RemoteError("the image's configuration names no platform") from error
    layers = document.get("layers")
    if not isinstance(layers, list) or not layers:
        raise RemoteError("the image manifest has no layers")
    return Manifest(
        digest=sha256(manifest),
        media_type=document["mediaType"],
        platform=platform,
        config=descriptor,
        layers=tuple(_descriptor(layer) for layer in layers),
        made_by=_made_by(settings.get("history"), len(layers)),
    )


def manifest_in_index(index: bytes) -> str:
    """The digest of the only image in an OCI layout's ``index.json``.

    Raises:
        ConflictError: there are several (platforms or attestations).
    """
    document = _loads(index)
    manifests = document.get("manifests")
    if not isinstance(manifests, list) or len(manifests) != 1:
        raise ConflictError(
            "the archive does not hold exactly one image",
            untouched="the registry",
            next_step="build for one platform, with --provenance=false --sbom=false",
        )
    descriptor = _descriptor(manifests[0])
    if descriptor.media_type not in IMAGE_MANIFESTS:
        raise _is_index(descriptor.media_type)
    return descriptor.digest


def checked_platform(manifest: Manifest, platform: str, image: str) -> None:
    """Raises ConflictError when the image is for another CPU than the functions run on (faults.md, 12)."""
    if manifest.platform != platform:
        raise ConflictError(
            f"image {image} is for {manifest.platform}, the functions run on {platform}",
            untouched="the registry and every environment",
            next_step=f"build it for {platform} (release.toml, build.platform)",
        )


#: A shell's wrapping of RUN and, with the values of build arguments, of RUN after ARG; the builder's own mark.
_WRAPPING = re.compile(r"(?:\|[0-9]+ .*)?/bin/sh -c (?:#\(nop\) +)?|\s*# buildkit\Z", re.DOTALL)


def _made_by(history: object, layers: int) -> tuple[str, ...]:
    """The instruction of each layer (OCI image specification 1.1, "Image Configuration", history): those without
    ``empty_layer`` are the layers in their order.
    """
    if not isinstance(history, list) or not all(isinstance(entry, dict) for entry in history):
        return ()
    makers = [entry.get("created_by") or entry.get("comment") for entry in history if not entry.get("empty_layer")]
    if len(makers) != layers:
        return ()
    shown = (" ".join(_WRAPPING.sub("", str(maker or "")).split()) for maker in makers)
    return tuple(line if len(line) <= 72 else f"{line[:71]}…" for line in shown)


def _document(manifest: bytes) -> dict[str, Any]:
    document = _loads(manifest)
    media_type = str(document.get("mediaType"))
    if media_type not in IMAGE_MANIFESTS:
        raise _is_index(media_type)
    return document


def _is_index(media_type: str) -> ConflictError | RemoteError:
    if media_type in (OCI_INDEX, DOCKER_LIST):
        return ConflictError(
            "the digest names an image index, which Lambda refuses",
            untouched="every environment",
            next_step="build with --provenance=false --sbom=false for one platform and publish again",
        )
    return RemoteError(f"{media_type!r} is not the media type of an image manifest")


def _loads(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RemoteError("an image manifest is not JSON") from error
    if not isinstance(document, dict):
        raise RemoteError("an image manifest is not a JSON object")
    return document


def _descriptor(value: object) -> Layer:
    if not isinstance(value, dict):
        raise RemoteError("a descriptor is missing from the image manifest")
    digest, size, media_type = value.get("digest"), value.get("size"), value.get("mediaType")
    if not (isinstance(digest, str) and is_digest(digest) and isinstance(size, int) and isinstance(media_type, str)):
        raise RemoteError(f"a descriptor of the image manifest is not understood: {value!r}")
    return Layer(digest, size, media_type)
