"""``[images.<name>]`` of release.toml: what each image is built from, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from release.settings.buildinputs import args_of, secrets_of
from release.settings.builds import BASE_ARGUMENT, PLATFORMS, REPRODUCIBLE, BuildDefaults, base_of
from release.settings.bundle import SIZE
from release.settings.start import StartRules, parse_start
from release.tables import bytes_of
from release.toml import Table

#: Amazon ECR API reference, CreateRepository, repositoryName
REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}\Z")
_GROUP = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")


#: The sub-table that holds what the template says of an image whose own table says the rest. The command writes it into
#: the settings of a release (release.completion.inferred), nobody into a file.
FROM_TEMPLATE = "from-template"
#: The keys that say how an image is built: a table with none of them completes an image of the template.
WHOLE = ("dockerfile", "parameter", "context", "target", "args")


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


def parse_image(name: str, table: Table, default: BuildDefaults) -> ImageSpec:
    """Read ``[images.<name>]``, with what the template says of it. Raises UsageError with line and key."""
    table.completed_by(FROM_TEMPLATE, unless=WHOLE)
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
        base=base_of(table, default.base, unset="`base` of `[build]`"),
        args=args_of(table),
        secrets=secrets_of(table),
        rewrite=table.text_of(
            "reproducible",
            default.reproducible,
            choices=REPRODUCIBLE,
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
