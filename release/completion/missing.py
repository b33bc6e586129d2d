"""Why there is no image to release: said with the functions of the template that might have one, and what to write."""

from __future__ import annotations

import json

from release.completion.builds import ImageFunction, image_functions, merged
from release.completion.document import decoded
from release.completion.document import read as read_document
from release.completion.imageuris import refers_to
from release.completion.places import Read, TemplatePlace, places
from release.errors import NotFoundError, UsageError
from release.settings import cfn
from release.settings.config import table_of


def check_images(settings: str, read: Read) -> None:
    """Settings whose images are inferred have one at least.

    Args:
        settings: release.toml with the images of the template; not TOML, or without a project, is judged elsewhere.

    Raises:
        UsageError: nothing names an image; with the line of the first function that runs one nobody here builds.
    """
    top = table_of(settings).values
    where = merged(top.get("project")).get("template", "template.yaml")
    if "images" in top or "project" not in top or not isinstance(where, str):
        return
    try:
        found = places(where, read)
    except NotFoundError:
        return
    for place in found:
        _check(place, read)
    raise UsageError(
        f"no function of {where} runs an image, and release.toml has no [images.<name>]",
        untouched="everything",
        next_step="give a function PackageType: Image and Metadata (Dockerfile, DockerContext); this pipeline releases "
        "functions that ship as images, and ZIP functions beside them",
    )


def _check(place: TemplatePlace, read: Read) -> None:
    template = cfn.load(read(place.path), place.path)
    document = read_document(decoded(read(place.path), place.path), place.path)
    for function in image_functions(document, template):
        metadata = merged(template["Resources"][function.logical_id].get("Metadata"))
        if any(str(key).startswith(("aws:asset:", "aws:cdk:")) for key in metadata):
            raise document.refused(
                function.properties,
                f"{function.logical_id} comes from CDK, which is not supported: it builds and names images by itself",
                "describe the image in release.toml ([images.<name>]) and its function in a SAM template",
            )
        raise document.refused(
            function.properties,
            f"{function.logical_id} runs {_said(function)}, and nothing says what builds it",
            f"give {function.logical_id} Metadata (Dockerfile, DockerContext), or describe the image in release.toml: "
            f"[images.<name>]{_parameter(function)}{_proposal(function)}",
        )


def _said(function: ImageFunction) -> str:
    if not function.uri:
        return "an image"
    return f"the image {function.uri if isinstance(function.uri, str) else json.dumps(function.uri)}"


def _proposal(function: ImageFunction) -> str:
    """What ``release init`` may know of an image that a parameter gives."""
    return "; release init proposes it where a Dockerfile's name fits" if refers_to(function.uri) else ""


def _parameter(function: ImageFunction) -> str:
    names = sorted(refers_to(function.uri))
    return f' with parameter = "{names[0]}"' if len(names) == 1 else " with ImageUri: !Ref, its parameter"
