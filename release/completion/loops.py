"""``Fn::ForEach``: CloudFormation expands loops when a stack is made, so a function that needs a copy is not in one.

Source: AWS CloudFormation's template reference, "Fn::ForEach" (transform AWS::LanguageExtensions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.completion.document import TemplateText
from release.settings import cfn
from release.settings.functions import FUNCTION_TYPES

_LOOP = "Fn::ForEach::"


def check(document: TemplateText, template: Mapping[str, Any]) -> None:
    """Raises UsageError with the line of a loop that makes functions which run images."""
    found = template.get("Resources")
    for name, loop in found.items() if isinstance(found, dict) else ():
        if str(name).startswith(_LOOP) and any(map(_runs_an_image, _resources(loop))):
            raise document.refused(
                ("Resources", str(name)),
                f"{str(name).removeprefix(_LOOP)} is a loop that makes functions with images, and a release knows each "
                "function by its name",
                "write these functions out, one resource for each; a loop of anything else may stay",
            )


def _resources(loop: Any) -> Iterator[Mapping[str, Any]]:
    """What a loop makes, of loops in it too: ``[identifier, collection, {name: resource}]``."""
    made = loop[2] if isinstance(loop, list) and len(loop) == 3 else None
    for name, each in made.items() if isinstance(made, dict) else ():
        if str(name).startswith(_LOOP):
            yield from _resources(each)
        elif isinstance(each, dict):
            yield each


def _runs_an_image(resource: Mapping[str, Any]) -> bool:
    """Whether it may: a kind of package that is computed counts."""
    own, metadata = cfn.properties(resource), cfn.section(resource, "Metadata")
    named = {"ImageUri", "Dockerfile"} & {*own, *metadata, *cfn.section(own, "Code")}
    return resource.get("Type") in FUNCTION_TYPES and (bool(named) or own.get("PackageType", "Zip") != "Zip")
