"""Images as values: what is built, what lies on this machine, and what naming a digest did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from release.oci import Layer, Manifest


@dataclass(frozen=True)
class Archive:
    """An image on disk, as an OCI layout in the folder ``path``, and its manifest."""

    image: str
    inputs: str
    path: Path
    manifest: Manifest

    @property
    def digest(self) -> str:
        """The manifest's digest, ``sha256:…``."""
        return self.manifest.digest


#: In the place of an image's context: the engine reads Dockerfiles itself, without the image that ``# syntax=`` names.
OWN_FRONTEND = "engine"


@dataclass(frozen=True)
class BaseImage:
    """An image that a build starts from or copies from.

    Attributes:
        name: as the Dockerfile names it.
        digest: what that name is now, ``sha256:…``.
        context: what the engine takes instead of the name, ``oci-layout://…``; "": nothing, the registry's own;
            ``engine`` (of a frontend): the engine's own.
    """

    name: str
    digest: str
    context: str = ""

    @property
    def pinned(self) -> str:
        """The name with a digest. A name that holds one already stays as it is, also for a stand-in of another."""
        return self.name if "@" in self.name else f"{self.name}@{self.digest}"


@dataclass(frozen=True)
class BuildRequest:
    """One image to build.

    Attributes:
        context: folder that holds exactly the image's inputs; its files' times and modes are the engine's to set.
        dockerfile: path of the Dockerfile from ``context``, or its whole path when it lies elsewhere.
        target: the stage; "": the last one.
        build_args: ``--build-arg`` values.
        named_contexts: what replaces an image name in ``FROM`` (``--build-context``).
        secrets: secret id -> ``env:NAME`` or ``file:/path``, never part of a layer.
        epoch: SOURCE_DATE_EPOCH in seconds, so that equal inputs give equal bytes.
        rewrite: give every file of every layer that time at the end, at the price of compressing all of them anew.
        no_cache: run every step again.
    """

    image: str
    context: Path
    dockerfile: str
    target: str
    platform: str
    build_args: Mapping[str, str] = field(default_factory=dict)
    named_contexts: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    rewrite: bool = False
    no_cache: bool = False


@dataclass(frozen=True)
class Stray:
    """What will not repeat in one layer.

    Attributes:
        path: the file with the latest time.
        time: that time, in seconds.
        count: the files that have such a time.
        inside: the time is in the file, a compiled one of Python, and not in the layer's list of files.
    """

    layer: Layer
    path: str
    time: int
    count: int
    inside: bool = False


class TagOutcome(Enum):
    """What naming a digest did."""

    WRITTEN = "written"
    ALREADY_THERE = "already there"
