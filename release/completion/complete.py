"""The copy of a template that is deployed: theirs, and what a release needs that it leaves out.

Added are a parameter for each image, ReleaseVersion and GitSha as parameters, outputs and environment variables, an
alias, the address of the only API as the output ApiUrl, and a permissions boundary for each role of the stack. What
stands there already, or comes from Globals, is not added again; a template that has everything comes out byte for byte
as it went in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from release.completion import apiaddress, boundary, clashes, functioncopy
from release.completion.builds import ImageFunction, image_functions, merged, same_build
from release.completion.document import TemplateText, decoded, read
from release.completion.edits import TemplateChange, applied
from release.completion.functioncopy import COMMIT, VERSION, RunningFunction
from release.completion.imageuris import refers_to
from release.settings import cfn
from release.settings.functions import references
from release.settings.images import ImageSpec

#: Raise this when the same template and settings give another copy.
RECIPE = 4

_URI_PATTERN = r"^\S+@sha256:[0-9a-f]{64}$"
_RELEASED = {VERSION: clashes.VERSIONS, COMMIT: clashes.COMMITS}


@dataclass(frozen=True)
class Wanted:
    """What release.toml says of it: the images, by name, and the alias that functions get, or ``none``."""

    images: Mapping[str, ImageSpec]
    alias: str

    def facts(self) -> list[Any]:
        """What decides the copy beside the template, for a hash."""
        return [self.alias, sorted((i.parameter, i.dockerfile, i.context, i.target) for i in self.images.values())]


@dataclass(frozen=True)
class Nesting:
    """Where a template stands among those that are nested in each other.

    Attributes:
        given: parameter of this template -> the image's parameter of the root, where it has another name there.
        children: resource -> the parameters that the copy of its template takes, each with its name in this template.
        is_root: whether it is the stack's own.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_root: bool = True


@dataclass(frozen=True)
class Copied:
    """The copy, and the parameters that whoever uses it must give it."""

    text: bytes
    takes: tuple[str, ...] = ()


def completed(template: bytes, where: str, wanted: Wanted) -> bytes:
    """The copy of ``template`` that is deployed, where nothing is nested in it. Raises as :func:`copied`."""
    return copied(template, where, wanted, Nesting()).text


def copied(template: bytes, where: str, wanted: Wanted, nesting: Nesting) -> Copied:
    """The copy of ``template`` that is deployed.

    Raises:
        UsageError: with the line: what is no template, what clashes with what is added, what cannot be changed.
    """
    loaded = cfn.load(template, where)
    document = read(decoded(template, where), where)
    clashes.check_alias(document, loaded)
    running = [
        RunningFunction(each, name)
        for each in image_functions(document, loaded)
        if (name := _parameter(document, each, wanted, nesting))
    ]
    passed = [name for each in nesting.children.values() for name in each.values()]
    takes = list(dict.fromkeys([*(each.parameter for each in running), *passed]))
    if running or nesting.is_root:
        takes += [name for name in _RELEASED if name not in takes]
    bounded = list(boundary.changes(document, loaded, passed_on=boundary.PARAMETER in passed))
    if boundary.PARAMETER not in takes and (bounded or boundary.PARAMETER in merged(loaded.get("Parameters"))):
        takes.append(boundary.PARAMETER)
    changes = [*_parameters(document, loaded, takes), *bounded]
    for each in running:
        changes += functioncopy.changes(document, loaded, each, wanted.alias)
    for child, given in nesting.children.items():
        changes += _passed(document, loaded, child, given)
    if nesting.is_root:
        changes += [*_outputs(document, loaded), *apiaddress.output(loaded)]
    return Copied(applied(document, changes).encode() if changes else template, tuple(takes))


def _parameter(document: TemplateText, function: ImageFunction, wanted: Wanted, nesting: Nesting) -> str:
    """The parameter of this template that gives the function's image; "" when the image is somebody else's.

    Raises UsageError: nothing says which image it runs.
    """
    ours = {image.parameter for image in wanted.images.values()}
    named = [name for name in refers_to(function.uri) if name in nesting.given or (nesting.is_root and name in ours)]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        raise document.refused(
            function.uri_path,
            f"{function.logical_id} may run {' or '.join(sorted(named))}, and a release proves one image of a function",
            "give it one image's parameter, or make a function of each, with a Condition",
        )
    for image in wanted.images.values():
        if same_build(image.dockerfile, image.context, image.target, image.args, function.build):
            return image.parameter
    if function.uri is None or function.build is not None:
        raise document.refused(
            function.properties,
            f"nothing says which image {function.logical_id} runs",
            "give it Metadata (Dockerfile and DockerContext), or as ImageUri a !Ref to an image's parameter",
        )
    return ""


def _parameters(document: TemplateText, template: Mapping[str, Any], names: Sequence[str]) -> Iterator[TemplateChange]:
    given = merged(template.get("Parameters"))
    for name in names:
        if name == boundary.PARAMETER:
            continue  # boundary.changes adds it
        clashes.check_parameter(document, template, name, _RELEASED.get(name, clashes.URIS))
        if name not in given:
            image = {"Description": "An image, by digest.", "AllowedPattern": _URI_PATTERN}
            yield TemplateChange(("Parameters", name), {"Type": "String", **({} if name in _RELEASED else image)})


def _passed(
    document: TemplateText, template: Mapping[str, Any], child: str, given: Mapping[str, str]
) -> Iterator[TemplateChange]:
    """What a nested stack's resource hands on."""
    at = ("Resources", child, "Properties", "Parameters")
    there = merged(merged(template["Resources"][child].get("Properties")).get("Parameters"))
    for name, ours in given.items():
        if name not in there:
            yield TemplateChange((*at, name), {"Ref": ours})
        elif ours not in references(there[name]):
            raise document.refused(
                (*at, name),
                f"{child} is given {name}, which is something else than the release's",
                f"make it !Ref {ours}, or rename the parameter {name} of the nested template",
            )


def _outputs(document: TemplateText, template: Mapping[str, Any]) -> Iterator[TemplateChange]:
    there = merged(template.get("Outputs"))
    for name in _RELEASED:
        if name not in there:
            yield TemplateChange(("Outputs", name), {"Value": {"Ref": name}})
        elif merged(there[name]).get("Value") != {"Ref": name}:
            raise document.refused(
                ("Outputs", name),
                f"the output {name} is something else than the release's",
                f"rename the output {name}",
            )
