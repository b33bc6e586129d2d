"""The Lambda functions of a template, by their logical ids, and which of them run our images."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.settings import cfn

FUNCTION_TYPES = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
_REFERENCE = re.compile(r"\$\{(\w+)\}\Z")


@dataclass(frozen=True)
class TemplateFunction:
    """One function of a template.

    Attributes:
        image: the name of the image of ours that it runs; "" for a ZIP, and for an image of somebody else.
        packaging: "image", "foreign image" (a URI that no parameter of ours gives) or "zip".
    """

    logical_id: str
    image: str
    packaging: str


def functions(template: Mapping[str, Any], parameters: Mapping[str, str]) -> tuple[TemplateFunction, ...]:
    """The functions of ``template``, as :func:`cfn.load` reads it, in its order.

    Args:
        parameters: template parameter -> the image whose URI it takes.
    """
    found = []
    for name, resource in cfn.resources(template).items():
        if resource["Type"] not in FUNCTION_TYPES:
            continue
        own = cfn.properties(resource)
        code = own.get("Code")
        uri = own.get("ImageUri", code.get("ImageUri") if isinstance(code, dict) else None)
        image = parameters.get(_parameter(uri), "")
        is_image = uri is not None or own.get("PackageType") == "Image"
        found.append(TemplateFunction(name, image, "image" if image else "foreign image" if is_image else "zip"))
    return tuple(found)


def _parameter(uri: Any) -> str:
    """The parameter that ``uri`` is: ``!Ref P``, or ``!Sub "${P}"``; "" for anything else."""
    if not isinstance(uri, dict):
        return ""
    if isinstance(uri.get("Ref"), str):
        return str(uri["Ref"])
    match = _REFERENCE.match(uri["Fn::Sub"]) if isinstance(uri.get("Fn::Sub"), str) else None
    return match[1] if match else ""
