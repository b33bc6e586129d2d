"""The Lambda functions of a template, by their logical ids, and which of them run our images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from release.settings import cfn

FUNCTION_TYPES = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
#: The value of project.alias that gives functions none.
NO_ALIAS = "none"
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class TemplateFunction:
    """One function of a template.

    Attributes:
        image: the name of the image of ours that it runs; "" for a ZIP, and for an image of somebody else.
        alias: the alias that traffic goes to, "" when the template gives it none.
        packaging: "image", "foreign image" (a URI that no parameter of ours gives) or "zip".
    """

    logical_id: str
    image: str
    packaging: str
    alias: str = ""


def functions(
    template: Mapping[str, Any], parameters: Mapping[str, str], alias: str = ""
) -> tuple[TemplateFunction, ...]:
    """The functions of ``template``, as :func:`cfn.load` reads it, in its order.

    Args:
        parameters: template parameter -> the image whose URI it takes.
        alias: what an alias is called whose name is no plain text in the template.
    """
    apart, computed = dict(_aliases(template)), "" if alias == NO_ALIAS else alias
    found = []
    for name, resource in cfn.resources(template).items():
        if resource["Type"] not in FUNCTION_TYPES:
            continue
        own, shared = cfn.properties(resource), cfn.shared_by(template, resource)
        code = own.get("Code")
        uri = own.get("ImageUri", code.get("ImageUri") if isinstance(code, dict) else None)
        image = _image(uri, parameters)
        is_image = uri is not None or own.get("PackageType") == "Image"
        packaging = "image" if image else "foreign image" if is_image else "zip"
        given = own.get("AutoPublishAlias", shared.get("AutoPublishAlias", apart.get(name, "")))
        found.append(TemplateFunction(name, image, packaging, given if isinstance(given, str) else computed))
    return tuple(found)


def _image(uri: Any, parameters: Mapping[str, str]) -> str:
    """The one image whose parameter ``uri`` refers to, however deep; "" when there is none, or more than one."""
    found = {parameters[name] for name in references(uri) if name in parameters}
    return found.pop() if len(found) == 1 else ""


def references(value: Any) -> Iterator[str]:
    """What an expression refers to by ``Ref`` or by ``${…}`` in ``Fn::Sub``."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    for key, each in value.items() if isinstance(value, dict) else ():
        if key == "Ref":
            yield str(each)
        elif key == "Fn::Sub" and isinstance(each, str):
            yield from _VARIABLE.findall(each)
        else:
            yield from references(each)


def _aliases(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """``(function, the alias's name)`` of each alias that is a resource of its own."""
    for resource in cfn.resources(template).values():
        if resource["Type"] == "AWS::Lambda::Alias":
            own = cfn.properties(resource)
            of = own.get("FunctionName")
            named = of.get("Ref") or (of.get("Fn::GetAtt") or [""])[0] if isinstance(of, dict) else of
            yield str(named), own.get("Name", "")
