"""What this room asks of the world. Adapters implement it, tests pass a fake of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from release.images.model import Archive, BaseImage, BuildRequest, Stray, TagOutcome
from release.images.startrecord import Started, StartRecord, StartRequest
from release.oci import Layer, Manifest


class Engine(Protocol):
    """A container engine with buildx."""

    def build(self, requests: Mapping[Path, BuildRequest]) -> None:
        """Write an OCI layout to each path, or leave nothing at all there; side by side, as far as the engine can.

        A path may hold blobs already (:meth:`Workspace.hand_on`): those are not written again. Equal requests give
        equal bytes wherever and whenever they are built, as far as the Dockerfile's own steps do.

        Raises RemoteError, MachineError when one of them failed; the others were built to their end.
        """


class Starter(Protocol):
    """A container engine that starts images as Lambda does."""

    def loaded(self, archive: Archive, platform: str) -> AbstractContextManager[Callable[[StartRequest], Started]]:
        """Have the engine know the image in this block; what it gives starts it once a call, and ends it again.

        A start ends with the first wish for an event, which is never answered; with an error that the runtime reports;
        with the process; or with the time limit. Whatever the image does, that is an answer, no error.

        Raises MachineError: no engine; RemoteError: the engine takes no image, or starts nothing at all.
        """

    def named(self, archive: Archive, platform: str) -> AbstractContextManager[str]:
        """Have the engine know the image in this block, under the name that it gives. Raises as ``loaded`` does."""


class StartRecords(Protocol):
    """Where the records of starts are kept until publication."""

    def keep_start(self, record: StartRecord) -> None:
        """Keep the record, for the next build too; the newest of a digest replaces the former. Raises MachineError."""

    def start(self, image: str, digest: str) -> StartRecord | None:
        """The last record of ``digest``, or None. Raises ConflictError when it cannot be read."""

    def start_before(self, image: str) -> StartRecord | None:
        """The record that the build before left, where it has such a place, or None. Raises ConflictError."""


class Bases(Protocol):
    """Where the images are that Dockerfiles name: other people's registries, or a stand-in for one of them."""

    def find(self, name: str) -> BaseImage:
        """What ``name`` is now; one that holds a digest is that digest, and nobody is asked.

        Raises NotFoundError: there is none, or it may not be read; RemoteError: the registry does not answer.
        """


class Workspace(Protocol):
    """The folder on this machine that holds built images, as OCI layouts, between two commands."""

    def archive(self, image: str, inputs: str) -> Archive | None:
        """The verified archive of ``image`` for these inputs, or None. A damaged one is as good as none."""

    def latest(self, image: str) -> Archive | None:
        """The verified archive of ``image`` that was made last, whatever its inputs, or None."""

    def hand_on(self, archive: Archive, path: Path) -> None:
        """Have the blobs of ``archive`` below ``path`` as well, where the next image is going to be written."""

    def read(self, image: str, path: Path) -> Archive:
        """The layout at ``path`` as an archive, verified and left where it is. Raises as ``keep`` does."""

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        """Take over the layout at ``path``, whole or not at all; what its image does not name is left out.

        Raises ConflictError for an index, RemoteError for what is no whole layout.
        """

    def stray(self, archive: Archive, layer: Layer, since: int) -> Stray | None:
        """What in a layer of ``archive`` holds the time ``since`` (seconds) or a later one; None where nothing does.

        Raises RemoteError for a layer that cannot be read here.
        """

    def settle(self, archives: Sequence[Archive]) -> Sequence[Archive]:
        """Have all of ``archives`` in the folder, and leave exactly these for the next build where it has such a place.

        Answers where they are now.
        """

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder that is gone afterwards, on the same file system."""


class Registry(Protocol):
    """Repositories of images with immutable tags."""

    def tags(self, repository: str) -> Mapping[str, str]:
        """Every tag -> manifest digest. Raises NotFoundError when the repository does not exist."""

    def manifest(self, repository: str, digest: str) -> Manifest:
        """What the digest names, read from the registry and verified. Raises NotFoundError."""

    def push(self, repository: str, archive: Archive) -> None:
        """Upload what is missing of the archive and its manifest, under its digest, without a tag."""

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        """Name ``digest``. Raises ConflictError when the tag names another digest."""

    def attach(self, repository: str, digest: str, sbom: bytes) -> None:
        """Put a bill of materials beside the image, as an artifact whose subject it is; again is no error.

        It has a name of its own (``sbom-…``): what has none may be deleted.
        """

    def bill(self, repository: str, digest: str) -> bytes:
        """An attached bill of materials by its own digest, verified. Raises NotFoundError: it is not there."""

    def uri(self, repository: str, digest: str) -> str:
        """``host/repository@sha256:…`` as Lambda takes it."""
