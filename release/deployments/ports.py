"""What a stage may ask of the world. Each port is a Protocol; adapters implement it, tests pass a fake of it.

Nothing here names a product: the adapters do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from release.deployments.model import (
    Archive,
    BuildRequest,
    HttpRequest,
    HttpResponse,
    LiveFunction,
    Manifest,
    Stack,
    StackRequest,
    TagOutcome,
)
from release.gate.database import Database
from release.gate.findings import ImageScan, ScanReport
from release.gate.scanrecord import ScanRecord
from release.versions.history import Checkout, Commit


class Git(Protocol):
    """One repository. Commits are named by their full id, except where a ``revision`` may be anything that git reads.

    Tag, branch and path names are data: none is ever taken for an option. Every method raises MachineError when git is
    missing and RemoteError when it fails.
    """

    def checkout(self, revision: str = "HEAD") -> Checkout:
        """Where the repository stands. Raises NotFoundError: no repository, no commit yet, no such revision."""

    def resolve(self, revision: str) -> str:
        """The full id of the commit that ``revision`` names. Raises NotFoundError."""

    def deepen(self) -> None:
        """Fetch the history and the tags that a shallow clone lacks. Raises RemoteError with the remedy."""

    def tags(self) -> Sequence[str]:
        """The names of all tags."""

    def merged_tags(self, names: Sequence[str], commit: str) -> Mapping[str, str]:
        """Those of the tags ``names`` that are in the history of ``commit`` -> the commit each names."""

    def log(self, commit: str, since: str = "", *, paths: bool = False) -> Sequence[Commit]:
        """The commits in the history of ``commit`` but not of ``since``, children before parents."""

    def changed_between(self, before: str, after: str, paths: Sequence[str] = ()) -> Sequence[str]:
        """The files that differ between two commits, below ``paths`` or everywhere."""

    def branches_with(self, commit: str) -> Sequence[str]:
        """The branches, local and remote, whose history holds ``commit``: ``refs/heads/…``, ``refs/remotes/…/…``."""

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether ``ancestor`` is ``descendant`` or comes before it in its history."""

    def remote_url(self) -> str:
        """The URL of the remote, or "" when there is none."""

    def remote_tag(self, name: str) -> str | None:
        """The commit that tag ``name`` names on the remote, or None when it has no such tag. Raises RemoteError."""

    def show(self, commit: str, path: str) -> bytes:
        """One file's content at ``commit``. Raises NotFoundError."""

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """Path -> git object id at ``commit``. Raises NotFoundError for a path that is not there."""

    def export(self, commit: str, paths: Sequence[str], folder: Path) -> None:
        """Write ``paths`` as they are at ``commit`` below ``folder``. Raises NotFoundError for a missing path."""

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        """The files below ``paths`` that differ from HEAD or that git does not track."""


class Engine(Protocol):
    """A container engine with buildx."""

    def build(self, requests: Mapping[Path, BuildRequest]) -> None:
        """Write an OCI archive to each path, or nothing at all there; side by side, as far as the engine can.

        Raises RemoteError, MachineError when one of them failed; the others were built to their end.
        """


class Scanner(Protocol):
    """Reads images and files for vulnerable packages, secrets and misconfigurations. It reports; it does not judge."""

    @property
    def name(self) -> str:
        """Its name, version and checksum, for the record."""

    def database(self) -> Database:
        """Its advisories, fetched when a newer set is due. Raises GateError when they cannot be had."""

    def archive(self, path: Path) -> ImageScan:
        """Scan the only image in an OCI archive. Raises GateError, RemoteError when there is no whole report."""

    def remote(self, uri: str, manifest: Manifest) -> ImageScan:
        """Scan the image that a registry has under a digest. Raises as ``archive`` does."""

    def files(self, root: Path, files: Sequence[str]) -> ScanReport:
        """Check Dockerfiles and templates below ``root`` for misconfigurations. Raises as ``archive`` does."""


class ScanRecords(Protocol):
    """Where a scan's verdicts are kept between two commands."""

    def keep(self, record: ScanRecord, sbom: bytes) -> Path:
        """Keep the newest record of a digest and its bill of materials; answers where the latter is."""

    def record(self, image: str, digest: str) -> ScanRecord | None:
        """The last record of ``digest``, or None. Raises GateError when it cannot be read."""

    def sbom(self, image: str, digest: str) -> bytes:
        """The bill of materials of ``digest``; empty when there is none."""


class Workspace(Protocol):
    """The folder on this machine that holds archives between two commands."""

    def archive(self, image: str, inputs: str) -> Archive | None:
        """The verified archive of ``image`` for these inputs, or None. A damaged one is as good as none."""

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        """Take over the archive at ``path``, whole or not at all. Raises ConflictError for an index."""

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
        """Put a bill of materials beside the image, as an artifact whose subject it is; again is no error."""

    def uri(self, repository: str, digest: str) -> str:
        """``host/repository@sha256:…`` as Lambda takes it."""


class Cloud(Protocol):
    """One region of one account: CloudFormation, Lambda and what the smoke tests reach."""

    def stack(self, name: str) -> Stack | None:
        """The stack as it is, or None when there is none."""

    def deploy(self, request: StackRequest) -> None:
        """Bring the stack to ``request`` and wait until CloudFormation is done. Raises RemoteError."""

    def live(self, function: str, alias: str) -> LiveFunction | None:
        """What ``alias`` serves, or None when function or alias do not exist."""

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """Invoke the alias and return its answer. Raises RemoteError for a function error."""

    def http(self, request: HttpRequest) -> HttpResponse:
        """One HTTP exchange; any status is an answer. Raises RemoteError when there was none."""

    def count_items(self, table: str) -> int:
        """The number of items in a table, counted consistently."""

    def token(self, client_id: str, secret: str) -> str:
        """A bearer token for the user whose name and password ``secret`` holds."""


class Clock(Protocol):
    """Time, so that tests need none."""

    def now(self) -> datetime:
        """The present, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
