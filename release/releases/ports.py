"""What this room asks of the world. Adapters implement it, tests pass a fake of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release.images.model import TagOutcome
from release.oci import Layer
from release.releases.shelved import ManifestLinks, Shelved
from release.releases.stored import Content, Stored
from release.settings.codebuilds import CodeBuild


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

    def blob(self, repository: str, digest: str) -> bytes:
        """A document's bytes, verified: one of some megabytes at most, whose size nobody noted.

        Raises:
            NotFoundError: it is not there.
        """

    def put(self, repository: str, config: Content, layers: Sequence[tuple[str, Path]] = ()) -> str:
        """Upload an artifact without a tag and answer its digest; what is there already is not sent again.

        Args:
            layers: ``(media type, file)`` in order.
        """

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        """Name ``digest``. Raises ConflictError when the tag names another digest."""


class Shelves(Protocol):
    """What lies in the registry, images and records alike, and taking it away."""

    def repositories(self, below: str) -> Sequence[str]:
        """The repositories whose names begin with ``below`` and a slash, in order."""

    def contents(self, repository: str) -> Sequence[Shelved]:
        """Every manifest, named or not. Raises NotFoundError when the repository does not exist."""

    def links(self, repository: str, digests: Sequence[str]) -> Mapping[str, ManifestLinks]:
        """Digest -> what the manifest says of others, verified. Raises NotFoundError, ConflictError for no manifest."""

    def delete(self, repository: str, digests: Sequence[str]) -> Mapping[str, str]:
        """Delete manifests with all their names, in this order.

        Answers digest -> the registry's reason, of those that it refused to delete; the others are gone. What was gone
        before is no error. Raises RemoteError when there was no answer: then nobody knows how far it came.
        """


class CodeBuilder(Protocol):
    """Builds ZIP functions and layers: AWS SAM's own ``sam build``."""

    def build(self, tree: Path, wanted: CodeBuild, target: Path) -> None:
        """Build one function or layer of a template in ``tree``, and have the folder that runs at ``target``.

        ``tree`` stays as it was.

        Raises:
            MachineError: neither the runtime nor an engine to build in is on this machine.
            RemoteError: sam failed; says what it said.
        """
