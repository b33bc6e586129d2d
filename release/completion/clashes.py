"""What of the template stands in the way of what its copy gets: refused with the line, never written over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from release.completion.document import Path, TemplateText
from release.settings import cfn

#: Values of the kind that a parameter of ours takes.
VERSIONS = ("1.4.0", "1.4.0-rc.7")
COMMITS = ("0123456789abcdef0123456789abcdef01234567",)
URIS = (f"012345678901.dkr.ecr.eu-west-1.amazonaws.com/project/image@sha256:{'0123456789abcdef' * 4}",)
BOUNDARIES = ("", "arn:aws:iam::012345678901:policy/project-boundary")
#: What an image function must not have (SAM's _validate_package_type_image), from wherever it comes.
_OF_ZIPS = ("Runtime", "Handler", "Layers")
#: Of image functions, and no "supported property" of Globals.Function (samtranslator/plugins/globals/globals.py).
_NEVER_SHARED = ("PackageType", "ImageUri", "ImageConfig")


def check_parameter(document: TemplateText, template: Mapping[str, Any], name: str, takes: tuple[str, ...]) -> None:
    """A parameter that is there must take the values that the release gives it; no other thing may have its name."""
    given = cfn.section(template, "Parameters")
    at = ("Parameters", name)
    if name not in given:
        for section in ("Resources",):
            if name in cfn.section(template, section):
                raise document.refused(
                    (section, name),
                    f"{name} is a resource, and the release gives a parameter of that name",
                    f"rename the resource {name}",
                )
        return
    rule = given[name] if isinstance(given[name], dict) else {}
    if problem := _refusal(rule, takes):
        raise document.refused(
            at,
            f"the parameter {name} {problem}; a release gives it {takes[0]!r}",
            f"rename this parameter {name}, or let it be a String that takes such a value",
        )


def _refusal(rule: Mapping[str, Any], takes: tuple[str, ...]) -> str:
    """Why the parameter does not take one of the values; "" when it takes all."""
    if (kind := rule.get("Type")) != "String":
        return f"is of type {kind}"
    allowed = rule.get("AllowedValues")
    for value in takes:
        if isinstance(allowed, list) and value not in allowed:
            return f"takes only {', '.join(map(str, allowed))}"
        if isinstance(pattern := rule.get("AllowedPattern"), str) and not _matches(pattern, value):
            return f"takes only {pattern}"
        longest = rule.get("MaxLength")
        if isinstance(longest, str) and longest.isdigit() and len(value) > int(longest):
            return f"takes {longest} characters at the most"
    return ""


def _matches(pattern: str, value: str) -> bool:
    """Patterns are Java's; one that Python does not read is left to CloudFormation."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def check_function(document: TemplateText, name: str, own: Mapping[str, Any], shared: Mapping[str, Any]) -> None:
    """Raises UsageError with the line of what an image function must not have, its own or from Globals."""
    for key in _OF_ZIPS:
        if own.get(key):
            raise document.refused(
                ("Resources", name, "Properties", key),
                f"{name} runs an image and has {key}, which AWS refuses",
                f"take {key} away from {name}; what an image starts stands in its Dockerfile or in ImageConfig",
            )
        if shared.get(key):
            raise document.refused(
                ("Globals", "Function", key),
                f"Globals gives every function {key}, and {name} runs an image, for which SAM refuses it",
                f"move {key} from Globals into the functions that are ZIP files, or give {name} beside its Type: "
                f"IgnoreGlobals: [{key}]",
            )


def check_shared(document: TemplateText, template: Mapping[str, Any], resource: Mapping[str, Any]) -> None:
    """Raises UsageError with the line of what SAM does not take from Globals, where the function would take it."""
    shared = cfn.shared_by(template, resource)
    for key in _NEVER_SHARED:
        if key in shared:
            raise document.refused(
                ("Globals", "Function", key),
                f"Globals gives every function {key}, which SAM refuses there",
                f"move {key} from Globals into each function that runs an image",
            )


def check_alias(document: TemplateText, template: Mapping[str, Any]) -> None:
    """Raises UsageError with the line of an alias whose name is computed: a release records where traffic goes."""
    shared = cfn.shared_by_functions(template)
    for name, resource in cfn.resources(template).items():
        key = {"AWS::Serverless::Function": "AutoPublishAlias", "AWS::Lambda::Alias": "Name"}.get(resource["Type"], "")
        own = cfn.properties(resource)
        if key and not isinstance(own.get(key, ""), str):
            at: Path = ("Resources", name, "Properties", key)
        elif key in cfn.shared_by(template, resource) and key not in own and not isinstance(shared[key], str):
            at = ("Globals", "Function", key)
        else:
            continue
        raise document.refused(
            at,
            f"{key} of {name if at[0] == 'Resources' else 'all functions'} is computed, and a release records the "
            "alias that traffic goes to",
            f"write {key}'s text, the same in every environment"
            + (", or take it away: project.alias of release.toml names one" if key != "Name" else ""),
        )
