"""What builds the images of a template's functions, as SAM's own ``Metadata`` says it.

Source: AWS SAM developer guide, "Building with container images" (Dockerfile, DockerContext, DockerBuildTarget,
DockerBuildArgs, DockerTag); the Dockerfile's path starts from the context, the context's from the template. An ImageUri
that is a folder is what the .NET tools for Lambda take ("Amazon.Lambda.Tools", deploy-serverless): its Dockerfile.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from release.completion import clashes, loops
from release.completion.document import Path, TemplateText
from release.settings import cfn
from release.settings.functions import FUNCTION_TYPES

#: DockerTag names the image on the builder's own machine; a release names it by digest.
_KEYS = frozenset({"Dockerfile", "DockerContext", "DockerBuildTarget", "DockerBuildArgs"})
#: No image is called so ("docker tag": a name begins with a letter or a digit), so it is a path from the template.
_LOCAL = re.compile(r"\.{1,2}(?:[/\\].*)?")
_ARCHIVES = (".tar", ".tar.gz", ".tgz")
_PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}


@dataclass(frozen=True)
class ImageFunction:
    """A function of the template that runs an image.

    Attributes:
        uri: what ImageUri says; None when it says nothing.
        build: what builds its image; None when the template does not say.
        raw: whether it is CloudFormation's own function, not SAM's.
    """

    logical_id: str
    uri: Any
    build: Build | None
    raw: bool

    @property
    def properties(self) -> Path:
        """Where its properties are."""
        return ("Resources", self.logical_id, "Properties")

    @property
    def uri_path(self) -> Path:
        """Where its image's URI is."""
        return (*self.properties, "Code", "ImageUri") if self.raw else (*self.properties, "ImageUri")


@dataclass(frozen=True)
class Build:
    """What builds an image. Paths start from the repository's root. ``platform``: "" when the template is silent."""

    dockerfile: str
    context: str
    target: str
    args: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""


def merged(mapping: Any) -> dict[str, Any]:
    """A mapping of a template or of release.toml; {} for what is no mapping."""
    return dict(mapping) if isinstance(mapping, dict) else {}


def image_functions(document: TemplateText, template: Mapping[str, Any]) -> Iterator[ImageFunction]:
    """The functions that run an image, in their order.

    Raises:
        UsageError: with the line: Metadata that is not whole, or not understood; a kind of package that is computed; a
            loop that makes such functions.
    """
    loops.check(document, template)
    for name, resource in cfn.resources(template).items():
        if resource["Type"] not in FUNCTION_TYPES:
            continue
        own = merged(resource.get("Properties"))
        clashes.check_shared(document, template, resource)
        raw = resource["Type"] == "AWS::Lambda::Function"
        uri = merged(own.get("Code")).get("ImageUri") if raw else own.get("ImageUri")
        metadata = merged(resource.get("Metadata"))
        packaged = own.get("PackageType", "Image" if uri is not None or "Dockerfile" in metadata else "Zip")
        if packaged not in ("Image", "Zip"):
            raise document.refused(
                ("Resources", name, "Properties", "PackageType"),
                f"the PackageType of {name} is {'computed' if isinstance(packaged, dict) else packaged}, and a release "
                "must know whether it runs an image",
                f"write PackageType: Image, or Zip, for {name}",
            )
        if packaged != "Image":
            continue
        described, platform, build = bool(_KEYS & metadata.keys()), _platform(template, resource), None
        if described:
            build = _build(document, name, metadata, platform)
        elif isinstance(uri, str) and _LOCAL.fullmatch(uri):
            build = _beside(document, ImageFunction(name, uri, None, raw), platform)
        yield ImageFunction(name, uri, build, raw)


def same_build(dockerfile: str, context: str, target: str, args: Mapping[str, Any], build: Build | None) -> bool:
    """Whether an image of release.toml is what the Metadata describes; arguments may stand in release.toml alone."""
    return build is not None and (
        (dockerfile, context.rstrip("/") or "/", target) == (build.dockerfile, build.context, build.target)
        and all(str(args.get(name)) == each for name, each in build.args.items())
    )


def _build(document: TemplateText, name: str, metadata: Mapping[str, Any], platform: str) -> Build:
    at: Path = ("Resources", name, "Metadata")
    for key in ("Dockerfile", "DockerContext"):
        if not isinstance(metadata.get(key, ""), str):
            raise document.refused(
                (*at, key),
                f"the {key} of {name} is computed, and an image is built once, for every environment",
                f"write its path: Metadata.{key} of {name}",
            )
        if not metadata.get(key):
            raise document.refused(
                at, f"the Metadata of {name} has no {key}, without which SAM builds nothing", f"add Metadata.{key}"
            )
    if unknown := sorted(key for key in metadata if key.startswith("DockerBuild") and key not in _KEYS):
        raise document.refused(
            (*at, unknown[0]),
            f"{unknown[0]} of {name} is not understood, so the image would be another one",
            f"take it away, or describe the image in release.toml and give {name} ImageUri: !Ref, its parameter",
        )
    target, args = metadata.get("DockerBuildTarget", ""), metadata.get("DockerBuildArgs", {})
    if not isinstance(target, str):
        raise document.refused((*at, "DockerBuildTarget"), f"the target of {name} is computed", "write its name")
    if not isinstance(args, dict) or not all(isinstance(each, str) for each in args.values()):
        raise document.refused(
            (*at, "DockerBuildArgs"),
            f"a build argument of {name} is computed, and an image is built once",
            "write its value",
        )
    context = _folder(document, (*at, "DockerContext"), posixpath.dirname(document.where), metadata["DockerContext"])
    dockerfile = _folder(document, (*at, "Dockerfile"), context, metadata["Dockerfile"])
    return Build(dockerfile, context, target, {str(k): v for k, v in args.items()}, platform)


def _beside(document: TemplateText, function: ImageFunction, platform: str) -> Build:
    """The Dockerfile of the folder that an ImageUri names."""
    if str(function.uri).endswith(_ARCHIVES):
        raise document.refused(
            function.uri_path,
            f"{function.logical_id} runs {function.uri}, an archive, and a release builds what it runs",
            f"give {function.logical_id} Metadata (Dockerfile, DockerContext), and take its ImageUri away",
        )
    folder = _folder(document, function.uri_path, posixpath.dirname(document.where), str(function.uri))
    return Build(posixpath.normpath(posixpath.join(folder, "Dockerfile")), folder, "", {}, platform)


def _folder(document: TemplateText, path: Path, folder: str, written: str) -> str:
    found = posixpath.normpath(posixpath.join(folder or ".", written.replace("\\", "/")))
    if found.startswith(("/", "../")) or found == "..":
        raise document.refused(
            path, f"{written} is outside the repository", "move it into the repository, and name it from there"
        )
    return found


def _platform(template: Mapping[str, Any], resource: Mapping[str, Any]) -> str:
    shared = merged(cfn.shared_by(template, resource))
    named = merged(resource.get("Properties")).get("Architectures", shared.get("Architectures"))
    return _PLATFORMS.get(str(named[0]), "") if isinstance(named, list) and len(named) == 1 else ""
