"""release.toml as frozen values: all that an adopter edits.

Errors name the file, the line and the key. Unknown keys are errors: a misspelt key must not silently mean its default.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from release.errors import NotFoundError, UsageError
from release.settings.smoke import SmokeTest, parse_smoke
from release.toml import Table
from release.versions.config import parse_versions
from release.versions.settings import VersionSettings

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
#: Amazon ECR API reference, CreateRepository, repositoryName
_REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
#: CloudFormation's CreateStack, StackName; its logical ids and parameter names; Lambda's CreateAlias, Name
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}\Z")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}\Z")
_ALIAS = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9_-]{1,128}\Z")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]\Z")
_BASE = re.compile(r"\S+@sha256:[0-9a-f]{64}\Z")
_PLATFORMS = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True)
class ImageSpec:
    """One image: what it is built from and where it goes.

    Attributes:
        inputs: the paths, relative to the repository, that the build sees. Nothing else enters its context, so a
            file that is not listed cannot change the image behind the version's back.
        parameter: the template parameter that takes the image's URI.
        function: the stack output that names the function.
    """

    name: str
    repository: str
    dockerfile: str
    context: str
    target: str
    inputs: tuple[str, ...]
    parameter: str
    function: str


@dataclass(frozen=True)
class EnvironmentSpec:
    """One environment: a CloudFormation stack in a region."""

    name: str
    stack: str
    region: str
    proven_in: str
    parameters: Mapping[str, str]
    smoke_secret: str


@dataclass(frozen=True)
class Config:
    """release.toml."""

    project: str
    template: str
    alias: str
    platform: str
    base: str
    registry_region: str
    images: Mapping[str, ImageSpec]
    environments: Mapping[str, EnvironmentSpec]
    smoke: tuple[SmokeTest, ...]
    versions: VersionSettings = field(default_factory=VersionSettings)
    tables: Mapping[str, Any] = field(default_factory=dict)
    """The tables that other parts read on their own ([gate])."""

    def environment(self, name: str) -> EnvironmentSpec:
        """The environment ``name``. Raises NotFoundError with the names there are."""
        if name not in self.environments:
            raise NotFoundError(
                f"there is no environment {name!r} in release.toml (there are: {', '.join(self.environments)})",
                untouched="everything",
            )
        return self.environments[name]


def parse(text: str) -> Config:
    """Read release.toml's ``text``.

    Raises:
        UsageError: with line and key.
    """
    try:
        top = Table(text, "", tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"release.toml is not valid TOML: {error}",
            untouched="everything",
            next_step="correct it and run the same command again",
        ) from error
    project, build, registry = top.table("project"), top.table("build"), top.table("registry")
    images = {name: _image(name, table) for name, table in top.tables("images").items()}
    environments = {name: _environment(name, table) for name, table in top.tables("environments").items()}
    _check_unique(top, images, environments)
    config = Config(
        project=project.text_of("name", pattern=_NAME),
        template=project.text_of("template", "template.yaml"),
        alias=project.text_of("alias", "live", _ALIAS),
        platform=build.text_of("platform", "linux/amd64"),
        base=build.text_of("base"),
        registry_region=registry.text_of("region", pattern=_REGION),
        images=images,
        environments=environments,
        smoke=parse_smoke(top, tuple(environments)),
        versions=parse_versions(top),
        tables={key: top.mapping(key) for key in ("gate",) if key in top.values},
    )
    if config.platform not in _PLATFORMS:
        raise build.error("platform", f"must be one of {', '.join(_PLATFORMS)}")
    if not _BASE.match(config.base):
        raise build.error("base", "must name the base image by digest (…@sha256:…), so that a build can be repeated")
    top.read |= {"gate"}
    for table in (top, project, build, registry):
        table.done()
    return config


def _check_unique(top: Table, images: Mapping[str, ImageSpec], environments: Mapping[str, EnvironmentSpec]) -> None:
    """Two images in one repository would fight for a version's tag, two environments in one stack for the stack."""
    for spec in environments.values():
        if spec.proven_in and (spec.proven_in not in environments or spec.proven_in == spec.name):
            raise _inner(top, "environments", spec.name).error(
                "proven-in", f"names {spec.proven_in!r}, which is no other environment"
            )
    claims: dict[tuple[str, str], str] = {}
    for image in images.values():
        for key in ("repository", "parameter", "function"):
            _claim(claims, key, getattr(image, key), image.name, _inner(top, "images", image.name))
    for spec in environments.values():
        _claim(claims, "stack", f"{spec.stack} in {spec.region}", spec.name, _inner(top, "environments", spec.name))


def _claim(claims: dict[tuple[str, str], str], key: str, value: str, owner: str, table: Table) -> None:
    if (taken := claims.setdefault((key, value), owner)) != owner:
        raise table.error(key, f"is {value!r}, which {taken} has already")


def _inner(top: Table, kind: str, name: str) -> Table:
    return Table(top.text, f"{kind}.{name}", {})


def _image(name: str, table: Table) -> ImageSpec:
    if not _NAME.match(name):
        raise table.error("", "is no name for an image (a-z, 0-9, -; at most 31)")
    spec = ImageSpec(
        name=name,
        repository=table.text_of("repository", pattern=_REPOSITORY),
        dockerfile=table.text_of("dockerfile"),
        context=table.text_of("context", "."),
        target=table.text_of("target", name),
        inputs=table.texts("inputs"),
        parameter=table.text_of("parameter", pattern=_LOGICAL_ID),
        function=table.text_of("function", pattern=_LOGICAL_ID),
    )
    prefix = "" if spec.context == "." else spec.context.rstrip("/") + "/"
    for path in (spec.dockerfile, *spec.inputs):
        if not path.startswith(prefix) or ".." in path.split("/") or path.startswith(("/", ":")):
            raise table.error("inputs", f"names {path!r}, which is outside the context {spec.context!r}")
    if not any(spec.dockerfile == path or spec.dockerfile.startswith(path.rstrip("/") + "/") for path in spec.inputs):
        raise table.error("inputs", f"lacks the Dockerfile itself ({spec.dockerfile})")
    table.done()
    return spec


def _environment(name: str, table: Table) -> EnvironmentSpec:
    if not _NAME.match(name):
        raise table.error("", "is no name for an environment (a-z, 0-9, -; at most 31)")
    spec = EnvironmentSpec(
        name=name,
        stack=table.text_of("stack", pattern=_STACK),
        region=table.text_of("region", pattern=_REGION),
        proven_in=table.text_of("proven-in", ""),
        parameters=_parameters(table),
        smoke_secret=table.text_of("smoke-secret", ""),
    )
    table.done()
    return spec


def _parameters(table: Table) -> Mapping[str, str]:
    """Template parameters; numbers and booleans become CloudFormation's text."""
    found = table.mapping("parameters")
    inner = Table(table.text, f"{table.path}.parameters", found)
    for name, value in found.items():
        if not _LOGICAL_ID.match(name):
            raise inner.error(name, "is no name for a template parameter (letters and digits)")
        if not isinstance(value, str | int):
            raise inner.error(name, f"must be a text, a whole number, true or false, not {value!r}")
    return {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in found.items()}
