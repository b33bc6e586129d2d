"""``[images.<name>]`` of release.toml: what each image is built from, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from release.settings.bundle import SIZE
from release.settings.start import StartRules, parse_start
from release.tables import bytes_of
from release.toml import Table

#: Amazon ECR API reference, CreateRepository, repositoryName
REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}\Z")
_BASE = re.compile(r"\S+@sha256:[0-9a-f]{64}\Z")
_ARGUMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_SECRET_SOURCE = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)\Z")
_GROUP = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
_REPRODUCIBLE = ("files", "rewrite")
#: Lambda's two (AWS Lambda developer guide, "Selecting and configuring an instruction set architecture")
PLATFORMS = ("linux/amd64", "linux/arm64")
#: What one build is taken to need. Chosen, not measured: a team that builds heavier images says so.
BUILD_MEMORY = "500 MB"
#: The Dockerfile's argument that ``base`` is the value of.
BASE_ARGUMENT = "BASE_IMAGE"


@dataclass(frozen=True)
class ImageSpec:
    """One image: what it is built from and where it goes.

    Attributes:
        context: the folder that the Dockerfile's COPY starts from, without a slash at its end; "." is the repository.
        target: the stage of the Dockerfile; "": the last one.
        inputs: the paths, relative to the repository, that the build sees. Nothing else enters its context, so a
            file that is not listed cannot change the image behind the version's back.
        parameter: the template parameter that takes the image's URI.
        platform: ``os/architecture``.
        base: the value of the argument BASE_IMAGE, by digest; "" gives none.
        args: build arguments.
        secrets: secret id -> ``env:NAME`` or ``file:path``, read where the build runs and part of no layer.
        rewrite: whether the engine gives every file its time, instead of the Dockerfile.
        max_size: bytes that a cold pull may transfer; 0 for no limit.
        start: how it is started before it is published.
        group: images that are built together by its name, or "".
    """

    name: str
    repository: str
    dockerfile: str
    context: str
    target: str
    inputs: tuple[str, ...]
    parameter: str
    platform: str = PLATFORMS[0]
    base: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    rewrite: bool = False
    max_size: int = 0
    start: StartRules = field(default_factory=StartRules)
    group: str = ""


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
        base=_base(table, "", unset="the Dockerfiles name theirs"),
        pinned=table.value(
            "pinned",
            bool,
            False,
            doc="Whether Dockerfiles may name images by digest only, and fetch with a checksum only. Otherwise a tag "
            "is resolved to its digest before each build, and that digest is among the image's inputs.",
        ),
        reproducible=table.text_of(
            "reproducible",
            _REPRODUCIBLE[0],
            choices=_REPRODUCIBLE,
            doc="Who gives the files in an image one time, so that equal inputs are equal bytes: `files`, the "
            "Dockerfile's own steps (`docs/builds.md`); `rewrite`, BuildKit at the end, which compresses every layer "
            "anew each time.",
        ),
        memory=_bytes(
            table,
            "memory",
            BUILD_MEMORY,
            "What the build of one image may take of the machine's memory. As many images are built at once as fit "
            "into what is available then (the control group's limit counts), and always one.",
        ),
    )


def parse_image(name: str, table: Table, default: BuildDefaults) -> ImageSpec:
    """Read ``[images.<name>]``. Raises UsageError with line and key."""
    context = _folder(table.text_of("context", ".", doc="The folder that the Dockerfile's `COPY` starts from."))
    spec = ImageSpec(
        name=name,
        repository=table.text_of("repository", pattern=REPOSITORY, doc="The ECR repository that holds the image."),
        dockerfile=table.text_of("dockerfile", doc="The Dockerfile's path."),
        context=context,
        target=table.text_of("target", "", doc="The stage of the Dockerfile.", unset="the last stage"),
        inputs=tuple(
            _folder(path)
            for path in table.texts(
                "inputs",
                (context,),
                doc="The paths that the build sees, the Dockerfile's among them. Nothing else enters the build, so no "
                "change to an image escapes a version. What `.dockerignore` leaves out is not among them.",
                unset="the whole context",
            )
        ),
        parameter=table.text_of(
            "parameter", pattern=_LOGICAL_ID, doc="The template's parameter that takes the image's URI."
        ),
        platform=table.text_of(
            "platform",
            default.platform,
            choices=PLATFORMS,
            doc="The CPU that the image's functions run on.",
            unset="`platform` of `[build]`",
        ),
        base=_base(table, default.base, unset="`base` of `[build]`"),
        args=_args(table),
        secrets=_secrets(table),
        rewrite=table.text_of(
            "reproducible",
            default.reproducible,
            choices=_REPRODUCIBLE,
            doc="As in `[build]`, for this image alone.",
            unset="what `[build]` says",
        )
        == "rewrite",
        max_size=_max_size(table),
        start=parse_start(table),
        group=table.text_of(
            "group",
            "",
            pattern=_GROUP,
            doc="Images of one group are built together by `release build --group NAME`, and started likewise.",
            unset="none",
        ),
    )
    if BASE_ARGUMENT in spec.args and spec.base:
        table.refuse("args", f"gives {BASE_ARGUMENT} another value than base does")
    _check_paths(spec, table)
    table.former("function")  # functions are found in the template
    table.done()
    return spec


def _base(table: Table, default: str, unset: str) -> str:
    return table.text_of(
        "base",
        default,
        pattern=_BASE,
        must="name the base image by digest (…@sha256:…), so that a build can be repeated",
        doc=f"The base image, by digest: the value of the Dockerfile's argument `{BASE_ARGUMENT}`.",
        unset=unset,
    )


def _args(table: Table) -> Mapping[str, str]:
    found = table.mapping(
        "args",
        holds=(str, int, bool),
        names=_ARGUMENT,
        what="a build argument (letters, digits, _)",
        doc="Build arguments, which the Dockerfile declares with `ARG`. They are no place for a secret.",
    )
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in found.items()}


def _secrets(table: Table) -> Mapping[str, str]:
    return table.mapping(
        "secrets",
        holds=(str,),
        names=_SECRET,
        pattern=_SECRET_SOURCE,
        must="name where the secret is: env:NAME or file:path",
        what="a build secret (letters, digits, _, ., -)",
        doc="Build secrets (`RUN --mount=type=secret,id=…`) and where their values are when the build runs: "
        "`env:NAME`, an environment variable, or `file:path`. They become part of no layer and are no inputs.",
    )


def _bytes(table: Table, key: str, default: str, doc: str) -> int:
    text = table.text_of(key, default, pattern=SIZE, must='be a size like "500 MB"', doc=doc)
    return bytes_of(text if SIZE.match(text) else default)


def _max_size(table: Table) -> int:
    text = table.text_of(
        "max-size",
        "",
        pattern=SIZE,
        must='be a size like "250 MB"',
        doc="What a cold pull of the image may transfer, like `250 MB`: the sum of its compressed layers. "
        "`release build` refuses a larger image and says which layers grew.",
        unset="no limit",
    )
    return bytes_of(text) if SIZE.match(text) else 0


def _folder(path: str) -> str:
    """``app/`` is ``app``."""
    return path.rstrip("/") or "/"


def _check_paths(spec: ImageSpec, table: Table) -> None:
    def inside(path: str) -> bool:
        return spec.context == "." or path == spec.context or path.startswith(spec.context + "/")

    for path in (spec.dockerfile, *spec.inputs):
        if not inside(path) or ".." in path.split("/") or path.startswith(("/", ":")):
            table.refuse("inputs", f"names {path!r}, which is outside the context {spec.context!r}")
    if not any(path in (".", spec.dockerfile) or spec.dockerfile.startswith(path + "/") for path in spec.inputs):
        table.refuse("inputs", f"lacks the Dockerfile itself ({spec.dockerfile})")
