"""What one function's copy gets: its image by digest, an alias, a version that is published when something changes.

A version is published when the image, the version or a setting that reaches the function changes. SAM names it after a
hash of the function's properties (``AutoPublishAliasAllProperties``), but puts parameters' values in only where the
image's URI refers to them (``_construct_version`` in SAM's translator; aws/serverless-application-model#3820): so the
URI becomes a text that holds them, of which CloudFormation takes the first part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from release.completion import clashes, reach, versionless
from release.completion.builds import ImageFunction, merged
from release.completion.document import TemplateText
from release.completion.edits import TemplateChange
from release.completion.imageuris import refers_to
from release.settings import cfn
from release.settings.functions import NO_ALIAS, references

VERSION, COMMIT = "ReleaseVersion", "GitSha"
_VARIABLES = {"RELEASE_VERSION": VERSION, "GIT_SHA": COMMIT}


@dataclass(frozen=True)
class RunningFunction:
    """A function that runs an image of ours. ``parameter``: of its template, whose value is the image's URI."""

    function: ImageFunction
    parameter: str


def changes(
    document: TemplateText, template: Mapping[str, Any], running: RunningFunction, alias: str
) -> Iterator[TemplateChange]:
    """What the function's copy gets, with ``alias`` where it has none.

    Raises:
        UsageError: with the line: what an image function must not have, or what is something else than the release's.
    """
    function = running.function
    resource = template["Resources"][function.logical_id]
    own, shared = merged(resource.get("Properties")), merged(cfn.shared_by(template, resource))
    clashes.check_function(document, function.logical_id, own, {} if function.raw else shared)
    if "PackageType" not in own:
        yield TemplateChange((*function.properties, "PackageType"), "Image")
    publishes = not function.raw and ("AutoPublishAlias" in own or "AutoPublishAlias" in shared or alias != NO_ALIAS)
    if not publishes:
        versionless.check(document, template, function)
    if publishes and "AutoPublishAlias" not in own and "AutoPublishAlias" not in shared:
        yield TemplateChange((*function.properties, "AutoPublishAlias"), alias)
    if publishes and "AutoPublishAliasAllProperties" not in {**shared, **own}:
        yield TemplateChange((*function.properties, "AutoPublishAliasAllProperties"), True)
    yield from _image(document, template, running, publishes)
    if publishes and "VersionDescription" not in own:
        yield TemplateChange((*function.properties, "VersionDescription"), {"Fn::Sub": f"${{{VERSION}}} ${{{COMMIT}}}"})
    yield from _variables(document, function, own, shared)


def _image(
    document: TemplateText, template: Mapping[str, Any], running: RunningFunction, publishes: bool
) -> Iterator[TemplateChange]:
    """The image's URI: the parameter's value, or what theirs makes of it; one that has the version stays as it is."""
    function, plain = running.function, {"Ref": running.parameter}
    theirs = function.uri if running.parameter in refers_to(function.uri) else plain
    if theirs == {"Fn::Sub": f"${{{running.parameter}}}"}:
        theirs = plain
    if "AWS::NoValue" in refers_to(theirs):
        raise document.refused(
            function.uri_path,
            f"{function.logical_id} runs no image under some condition, which AWS refuses",
            f"put the condition on the function itself (Condition: beside its Type), and write ImageUri: !Ref "
            f"{running.parameter}",
        )
    if not publishes:
        if running.parameter not in refers_to(function.uri):
            yield TemplateChange(function.uri_path, plain)
    elif VERSION not in references(theirs):
        yield TemplateChange(function.uri_path, _uri(template, template["Resources"][function.logical_id], theirs))


def _uri(template: Mapping[str, Any], resource: Mapping[str, Any], theirs: Any) -> dict[str, Any]:
    given, known = merged(template.get("Parameters")), {VERSION, COMMIT, *references(theirs)}
    names = [name for name in reach.parameters_of(template, resource, theirs) if name not in known]
    values: list[Any] = [theirs, {"Ref": VERSION}, {"Ref": COMMIT}]
    values += [{"Fn::Join": [",", {"Ref": n}]} if reach.is_list(given[n]) else {"Ref": n} for n in names]
    return {"Fn::Select": [0, {"Fn::Split": ["|", {"Fn::Join": ["|", values]}]}]}


def _variables(
    document: TemplateText, function: ImageFunction, own: Mapping[str, Any], shared: Mapping[str, Any]
) -> Iterator[TemplateChange]:
    """The version and the commit as environment variables.

    They are the change of configuration without which Lambda publishes no version (release/completion/reach.py).
    """
    at = (*function.properties, "Environment", "Variables")
    everywhere, there = (merged(merged(each.get("Environment")).get("Variables")) for each in (shared, own))
    for name, parameter in _VARIABLES.items():
        value = there.get(name, everywhere.get(name))
        if value is None:
            if _computed(own) or _computed(shared):
                raise document.refused(
                    at if _computed(own) else ("Globals", "Function", "Environment", "Variables"),
                    f"the environment variables of {function.logical_id} are computed as a whole, so none can be added",
                    f"write them one by one, or add {name}: !Ref {parameter}",
                )
            yield TemplateChange((*at, name), {"Ref": parameter})
        elif parameter not in references(value):
            raise document.refused(
                (*at, name) if name in there else ("Globals", "Function", "Environment", "Variables", name),
                f"the environment variable {name} of {function.logical_id} is something else than the release's",
                f"rename it, or make it !Ref {parameter}",
            )


def _computed(properties: Mapping[str, Any]) -> bool:
    """Whether the environment is an intrinsic function, or partly comes from a YAML merge."""
    environment = properties.get("Environment")
    inner = environment.get("Variables") if isinstance(environment, dict) else None
    return any(
        isinstance(each, dict) and any(key == "Ref" or key.startswith("Fn::") for key in each)
        for each in (environment, inner)
    )
