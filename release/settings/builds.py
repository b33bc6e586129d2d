"""``[build]`` of release.toml, and the keys that an image has in common with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.settings.bundle import SIZE
from release.tables import bytes_of
from release.toml import Table

_BASE = re.compile(r"\S+@sha256:[0-9a-f]{64}\Z")
REPRODUCIBLE = ("files", "rewrite")
#: Lambda's two (AWS Lambda developer guide, "Selecting and configuring an instruction set architecture")
PLATFORMS = ("linux/amd64", "linux/arm64")
#: What one build is taken to need: of the seven images of examples/commerce, with heavy packages that pip installs, the
#: most took 230 MB (docs/builds.md, "How many at once"). A team that compiles, or trains while it builds, says so.
BUILD_MEMORY = "300 MB"
#: The Dockerfile's argument that ``base`` is the value of.
BASE_ARGUMENT = "BASE_IMAGE"


@dataclass(frozen=True)
class BuildDefaults:
    """``[build]``: what holds for every image that says nothing else. ``pinned``: no image is named but by digest."""

    platform: str
    base: str
    pinned: bool
    reproducible: str
    memory: int = 0


def parse_build(table: Table) -> BuildDefaults:
    """Read ``[build]``. Raises UsageError with line and key."""
    return BuildDefaults(
        platform=table.text_of(
            "platform", PLATFORMS[0], choices=PLATFORMS, doc="The CPU that the functions run on, as images name it."
        ),
        base=base_of(table, "", unset="the Dockerfiles name theirs"),
        pinned=table.value(
            "pinned",
            bool,
            False,
            doc="Whether Dockerfiles may name images by digest only, and fetch with a checksum only. Otherwise a tag "
            "is resolved to its digest before each build, and that digest is among the image's inputs.",
        ),
        reproducible=table.text_of(
            "reproducible",
            REPRODUCIBLE[0],
            choices=REPRODUCIBLE,
            doc="Who gives the files in an image one time, so that equal inputs are equal bytes: `files`, the "
            "Dockerfile's own steps (`docs/builds.md`); `rewrite`, BuildKit at the end, which compresses every layer "
            "anew each time.",
        ),
        memory=size_of(
            table,
            "memory",
            BUILD_MEMORY,
            "What the build of one image may take of the machine's memory. As many images are built at once as fit "
            "into what is available then (the control group's limit counts), and always one.",
        ),
    )


def base_of(table: Table, default: str, unset: str) -> str:
    """The base image. Raises UsageError with line and key."""
    return table.text_of(
        "base",
        default,
        pattern=_BASE,
        must="name the base image by digest (…@sha256:…), so that a build can be repeated",
        doc=f"The base image, by digest: the value of the Dockerfile's argument `{BASE_ARGUMENT}`.",
        unset=unset,
    )


def size_of(table: Table, key: str, default: str, doc: str) -> int:
    """A size in bytes. Raises UsageError with line and key."""
    text = table.text_of(key, default, pattern=SIZE, must='be a size like "500 MB"', doc=doc)
    return bytes_of(text if SIZE.match(text) else default)
