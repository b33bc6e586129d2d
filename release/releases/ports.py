"""What this room asks of the world. Adapters implement it, tests pass a fake of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release.images.model import TagOutcome
from release.oci import Layer
from release.releases.stored import Content, Stored


class Store(Protocol):
    """Repositories of artifacts with immutable tags (OCI distribution specification 1.1)."""

    def tags(self, repository: str) -> Mapping[str, str]:
        """Every tag -> manifest digest. Raises NotFoundError when the repository does not exist."""

    def read(self, repository: str, digests: Sequence[str]) -> Mapping[str, Stored]:
        """Digest -> the artifact that it names, verified, in as few requests as the registry allows.

        Raises:
            NotFoundError: one of them is not there.
            ConflictError: one of them is no artifact.
        """

    def fetch(self, repository: str, layer: Layer, target: Path) -> None:
        """Write a layer's bytes to ``target``, verified, whole or not at all. Raises NotFoundError."""

    def put(self, repository: str, config: Content, layers: Sequence[tuple[str, Path]] = ()) -> str:
        """Upload an artifact without a tag and answer its digest; what is there already is not sent again.

        Args:
            layers: ``(media type, file)`` in order.
        """

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        """Name ``digest``. Raises ConflictError when the tag names another digest."""
