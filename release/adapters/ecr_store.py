"""The Store port: artifacts in Amazon ECR, over the registry of :mod:`release.adapters.ecr`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from release.adapters.ecr import Ecr, registry_error
from release.digest import sha256, sha256_of_file
from release.errors import NotFoundError
from release.oci import OCI_MANIFEST, Layer
from release.releases.stored import EMPTY, Content, Stored, manifest_of, parse

if TYPE_CHECKING:
    from release.images.model import TagOutcome

#: Amazon ECR API reference, "BatchGetImage": at most 100 image ids a request.
_BATCH = 100


class EcrStore:
    """Artifacts in the registry that ``ecr`` speaks to."""

    def __init__(self, ecr: Ecr) -> None:
        self.ecr = ecr

    def tags(self, repository: str) -> Mapping[str, str]:
        """See :class:`release.releases.ports.Store`."""
        return self.ecr.tags(repository)

    def read(self, repository: str, digests: Sequence[str]) -> Mapping[str, Stored]:
        """See :class:`release.releases.ports.Store`. A hundred manifests come in one answer."""
        found: dict[str, Stored] = {}
        wanted = list(dict.fromkeys(digests))
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            raws = self._manifests(repository, batch)
            for digest in batch:
                found[digest] = self._stored(repository, digest, raws.get(digest))
        return found

    def _manifests(self, repository: str, digests: Sequence[str]) -> dict[str, bytes]:
        """The manifests that are what their digest says; the registry protocol is asked for the others."""
        try:
            answer = self.ecr.client.batch_get_image(
                repositoryName=repository,
                imageIds=[{"imageDigest": digest} for digest in digests],
                acceptedMediaTypes=[OCI_MANIFEST],
            )
        except (ClientError, BotoCoreError) as error:
            raise registry_error(error, repository) from error
        raws = (image.get("imageManifest", "").encode() for image in answer.get("images", []))
        return {sha256(raw): raw for raw in raws}

    def _stored(self, repository: str, digest: str, raw: bytes | None) -> Stored:
        """The artifact; the registry's host is asked for only where the answer about manifests does not hold it all."""
        where = f"{repository}@{digest}"
        try:
            if raw is None:
                raw = self.ecr.distribution(repository).raw_manifest(repository, digest)
            stored = parse(raw, where)
            if stored.config is not None:
                return stored
            document = self.blob(repository, stored.config_layer.digest)
        except NotFoundError as error:
            error.message = f"{where} is gone from the registry"
            error.next_step = error.next_step or "release another version"
            raise
        return replace(stored, config=document)

    def fetch(self, repository: str, layer: Layer, target: Path) -> None:
        """See :class:`release.releases.ports.Store`."""
        self.ecr.distribution(repository).download(repository, layer, target)

    def blob(self, repository: str, digest: str) -> bytes:
        """See :class:`release.releases.ports.Store`."""
        return self.ecr.distribution(repository).blob(repository, digest)

    def put(self, repository: str, config: Content, layers: Sequence[tuple[str, Path]] = ()) -> str:
        """See :class:`release.releases.ports.Store`."""
        registry = self.ecr.distribution(repository)
        document = Layer(sha256(config.content), len(config.content), config.media_type)
        registry.push_blob(repository, document, lambda: config.content)
        parts = [Layer(sha256_of_file(path), path.stat().st_size, kind) for kind, path in layers]
        for part, (_, path) in zip(parts, layers, strict=True):
            registry.push_blob(repository, part, partial(_pieces, path))
        if not parts:
            registry.push_blob(repository, EMPTY, lambda: b"{}")
        raw = manifest_of(config, parts)
        registry.push_manifest(repository, raw, OCI_MANIFEST)
        return sha256(raw)

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        """See :class:`release.releases.ports.Store`."""
        return self.ecr.tag(repository, digest, tag)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
