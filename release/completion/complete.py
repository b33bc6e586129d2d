"""The copy of a template that is deployed: theirs, and what a release needs that it leaves out.

Added are a parameter for each image, ReleaseVersion and GitSha as parameters, outputs and environment variables, an
alias, and a permissions boundary for each role of the stack. What stands there already, or comes from Globals, is not
added again; a template that has everything comes out byte for byte as it went in.

A version is published when the image, the version or a setting that reaches the function changes. SAM names it after a
hash of the function's properties (``AutoPublishAliasAllProperties``), but puts parameters' values in only where the
image's URI refers to them (``_construct_version`` in SAM's translator; aws/serverless-application-model#3820): so the
URI becomes a text that holds them, of which CloudFormation takes the first part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from release.completion import boundary, clashes, reach
from release.completion.builds import ImageFunction, image_functions, merged, refers_to
from release.completion.document import TemplateText, read
from release.completion.edits import TemplateChange, applied
from release.completion.inferred import same_build
from release.errors import UsageError
from release.settings import cfn
from release.settings.functions import references
from release.settings.images import ImageSpec

#: Raise this when the same template and settings give another copy.
RECIPE = 1

#: The value of project.alias that gives functions none.
NO_ALIAS = "none"
_VERSION, _COMMIT = "ReleaseVersion", "GitSha"
_VARIABLES = {"RELEASE_VERSION": _VERSION, "GIT_SHA": _COMMIT}
_URI_PATTERN = r"^\S+@sha256:[0-9a-f]{64}$"


@dataclass(frozen=True)
class Wanted:
    """What release.toml says of it: the images, by name, and the alias that functions get, or ``none``."""

    images: Mapping[str, ImageSpec]
    alias: str

    def facts(self) -> list[Any]:
        """What decides the copy beside the template, for a hash."""
        return [self.alias, sorted((i.parameter, i.dockerfile, i.context, i.target) for i in self.images.values())]


def completed(template: bytes, where: str, wanted: Wanted) -> bytes:
    """The copy of ``template`` that is deployed.

    Raises:
        UsageError: with the line: what is no template, what clashes with what is added, what cannot be changed.
    """
    loaded = cfn.load(template, where)
    try:
        document = read(template.decode(), where)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{where} is not UTF-8 text: {error}", untouched="everything", next_step=f"save {where} as UTF-8"
        ) from error
    changes = list(_changes(document, loaded, wanted))
    return applied(document, changes).encode() if changes else template


def _changes(document: TemplateText, template: Mapping[str, Any], wanted: Wanted) -> Iterator[TemplateChange]:
    running = [
        (each, image) for each in image_functions(document, template) if (image := _image(document, each, wanted))
    ]
    given = merged(template.get("Parameters"))
    for parameter in dict.fromkeys(image.parameter for _, image in running):
        clashes.check_parameter(document, template, parameter, clashes.URIS)
        if parameter not in given:
            yield TemplateChange(
                ("Parameters", parameter),
                {"Type": "String", "Description": "An image, by digest.", "AllowedPattern": _URI_PATTERN},
            )
    for name, takes in ((_VERSION, clashes.VERSIONS), (_COMMIT, clashes.COMMITS)):
        clashes.check_parameter(document, template, name, takes)
        if name not in given:
            yield TemplateChange(("Parameters", name), {"Type": "String"})
    yield from boundary.changes(document, template)
    for function, image in running:
        yield from _of_function(document, template, function, image, wanted.alias)
    outputs = merged(template.get("Outputs"))
    for name in (_VERSION, _COMMIT):
        if name not in outputs:
            yield TemplateChange(("Outputs", name), {"Value": {"Ref": name}})
        elif merged(outputs[name]).get("Value") != {"Ref": name}:
            raise document.refused(
                ("Outputs", name),
                f"the output {name} is something else than the release's",
                f"rename the output {name}",
            )


def _image(document: TemplateText, function: ImageFunction, wanted: Wanted) -> ImageSpec | None:
    """The image of release.toml that the function runs; None when it is somebody else's.

    Raises UsageError: nothing says which image it runs.
    """
    named = [image for image in wanted.images.values() if image.parameter in refers_to(function.uri)]
    named += [
        image
        for image in wanted.images.values()
        if same_build(image.dockerfile, image.context, image.target, image.args, function.build)
    ]
    if named:
        return named[0]
    if function.uri is None or function.build is not None:
        raise document.refused(
            function.properties,
            f"nothing says which image {function.logical_id} runs",
            "give it Metadata (Dockerfile and DockerContext), or as ImageUri a !Ref to an image's parameter",
        )
    return None


def _of_function(
    document: TemplateText, template: Mapping[str, Any], function: ImageFunction, image: ImageSpec, alias: str
) -> Iterator[TemplateChange]:
    own = merged(template["Resources"][function.logical_id].get("Properties"))
    shared = {} if function.raw else cfn.shared_by_functions(template)
    clashes.check_function(document, function, own, shared)
    if "PackageType" not in own:
        yield TemplateChange((*function.properties, "PackageType"), "Image")
    has_alias = "AutoPublishAlias" in own or "AutoPublishAlias" in shared
    if not function.raw and not has_alias and alias != NO_ALIAS:
        yield TemplateChange((*function.properties, "AutoPublishAlias"), alias)
        has_alias = True
    publishes = has_alias and not function.raw
    if publishes and "AutoPublishAliasAllProperties" not in {**shared, **own}:
        yield TemplateChange((*function.properties, "AutoPublishAliasAllProperties"), True)
    plain = {"Ref": image.parameter}
    simple = function.uri in (plain, {"Fn::Sub": f"${{{image.parameter}}}"})
    if publishes and (simple or image.parameter not in refers_to(function.uri)):
        yield TemplateChange(function.uri_path, _uri(template, own, image.parameter))
    elif image.parameter not in refers_to(function.uri):
        yield TemplateChange(function.uri_path, plain)
    if publishes and "VersionDescription" not in own:
        yield TemplateChange(
            (*function.properties, "VersionDescription"), {"Fn::Sub": f"${{{_VERSION}}} ${{{_COMMIT}}}"}
        )
    yield from _variables(document, function, own, shared)


def _uri(template: Mapping[str, Any], own: Mapping[str, Any], parameter: str) -> dict[str, Any]:
    given = merged(template.get("Parameters"))
    names = [name for name in reach.parameters_of(template, own) if name not in (parameter, _VERSION, _COMMIT)]
    values: list[Any] = [{"Ref": parameter}, {"Ref": _VERSION}, {"Ref": _COMMIT}]
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
