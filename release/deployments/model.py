"""The values that stages and ports exchange. All frozen; none of them does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

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
    """An image manifest. ``platform`` is ``os/architecture`` from the image's configuration."""

    digest: str
    media_type: str
    platform: str
    config: Layer
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """Bytes a cold pull transfers: configuration and layers, compressed."""
        return self.config.size + sum(layer.size for layer in self.layers)


@dataclass(frozen=True)
class Archive:
    """An OCI archive on disk and the manifest inside it."""

    image: str
    inputs: str
    path: Path
    manifest: Manifest

    @property
    def digest(self) -> str:
        """The manifest's digest, ``sha256:…``."""
        return self.manifest.digest


@dataclass(frozen=True)
class BuildRequest:
    """One image to build.

    Attributes:
        context: folder that holds exactly the image's inputs.
        dockerfile: path of the Dockerfile inside ``context``.
        build_args: ``--build-arg`` values.
        named_contexts: what replaces an image name in ``FROM`` (``--build-context``).
        secrets: secret id -> file, never part of a layer.
        epoch: SOURCE_DATE_EPOCH in seconds, so that equal inputs give equal bytes.
    """

    image: str
    context: Path
    dockerfile: str
    target: str
    platform: str
    build_args: Mapping[str, str] = field(default_factory=dict)
    named_contexts: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    epoch: int = 0


class TagOutcome(Enum):
    """What naming a digest did."""

    WRITTEN = "written"
    ALREADY_THERE = "already there"


@dataclass(frozen=True)
class Stack:
    """A CloudFormation stack as it is. ``status`` is CloudFormation's own word."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    reason: str = ""


@dataclass(frozen=True)
class StackRequest:
    """A stack as it should be. ``repositories`` are the image repositories' URIs, without tag or digest."""

    name: str
    template: bytes
    parameters: Mapping[str, str]
    repositories: tuple[str, ...]


@dataclass(frozen=True)
class LiveFunction:
    """What an alias serves.

    Attributes:
        version: the published version's number.
        digest: the image's manifest digest, or "" when the service does not tell.
        state: Lambda's ``State``: Pending, Active, Inactive or Failed.
        update: Lambda's ``LastUpdateStatus``: InProgress, Successful or Failed.
    """

    function: str
    version: str
    digest: str
    state: str
    update: str
    reason: str = ""


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Release:
    """A version, the commit it was made from, and one digest per image name."""

    version: str
    commit: str
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Deployment:
    """One entry of an environment's ledger: a digest set that went live and passed its smoke tests."""

    environment: str
    number: int
    version: str
    digests: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The ledger tag, as it stands on every digest of the deployment."""
        return f"{self.environment}-{self.number}-v{self.version}"
