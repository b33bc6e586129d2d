"""Which files and folders of the repository a template names: what ``sam package`` would take along.

Source of the list: AWS SAM CLI's "sam package", and its tables ``RESOURCES_WITH_LOCAL_PATHS`` and
``METADATA_WITH_LOCAL_PATHS``; a contract test compares :data:`PATHS` and :data:`METADATA` with those of the sam that is
locked here. A path in a nested template is relative to that template.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from release.errors import NotFoundError, UsageError
from release.settings import cfn

#: Resource type -> its properties that may name a local path; a dot leads into a property of a property.
PATHS: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": ("BodyS3Location",),
    "AWS::ApiGatewayV2::Api": ("BodyS3Location",),
    "AWS::AppSync::FunctionConfiguration": (
        "RequestMappingTemplateS3Location",
        "ResponseMappingTemplateS3Location",
        "CodeS3Location",
    ),
    "AWS::AppSync::GraphQLSchema": ("DefinitionS3Location",),
    "AWS::AppSync::Resolver": (
        "RequestMappingTemplateS3Location",
        "ResponseMappingTemplateS3Location",
        "CodeS3Location",
    ),
    "AWS::CloudFormation::ModuleVersion": ("ModulePackage",),
    "AWS::CloudFormation::ResourceVersion": ("SchemaHandlerPackage",),
    "AWS::CloudFormation::Stack": ("TemplateURL",),
    "AWS::CloudFormation::StackSet": ("TemplateURL",),
    "AWS::ElasticBeanstalk::ApplicationVersion": ("SourceBundle",),
    "AWS::Glue::Job": ("Command.ScriptLocation",),
    "AWS::Lambda::Function": ("Code",),
    "AWS::Lambda::LayerVersion": ("Content",),
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::Application": ("Location",),
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::GraphQLApi": ("SchemaUri", "CodeUri"),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
    "AWS::Serverless::WebFunction": ("CodeUri",),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location",),
}
#: Entry of the template's ``Metadata`` -> its keys that may name a local file.
METADATA: Mapping[str, tuple[str, ...]] = {"AWS::ServerlessRepo::Application": ("LicenseUrl", "ReadmeUrl")}
NESTED = frozenset({"AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Serverless::Application"})
#: Types whose missing path means the template's own folder, unless their code stands in the template.
_FOLDER_BY_DEFAULT = {
    "AWS::Serverless::Function": "InlineCode",
    "AWS::Serverless::WebFunction": "InlineCode",
}
#: Nested templates within nested templates; CloudFormation sets no such limit, a loop does.
_LEVELS = 20
_URL = re.compile(r"(?:s3|https?|arn)[:]", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class LocalPath:
    """One path that a template names.

    Attributes:
        path: relative to the repository, normalised; "." for the repository itself.
        by: who names it: ``template.yaml: Layer.ContentUri``.
        template: whether it is a template that was read in turn.
    """

    path: str
    by: str
    template: bool = False


def local_paths(template: str, read: Callable[[str], bytes]) -> tuple[LocalPath, ...]:
    """Every local path that ``template`` and the templates nested in it name, sorted, each once.

    Args:
        template: the template's path in the repository.
        read: a file's content by its path. Raises NotFoundError.

    Raises:
        UsageError: a path leaves the repository, or templates nest in each other without end.
        NotFoundError: a nested template is not there.
    """
    found: dict[str, LocalPath] = {}
    _walk(template, read, found, ())
    return tuple(sorted(found.values()))


def _walk(path: str, read: Callable[[str], bytes], found: dict[str, LocalPath], above: tuple[str, ...]) -> None:
    if path in above or len(above) > _LEVELS:
        raise UsageError(
            f"the templates {' -> '.join((*above, path))} nest in each other",
            untouched="everything",
            next_step=f"take the path from one of them to the next out; at most {_LEVELS} may nest",
        )
    document = cfn.load(read(path), path)
    for by, written, nested in _named(document):
        place = inside(path, written, by)
        known = found.get(place)
        found[place] = LocalPath(place, f"{path}: {by}", nested or bool(known and known.template))
        if nested:
            try:
                _walk(place, read, found, (*above, path))
            except NotFoundError as error:
                raise _missing(place, f"{path}: {by}") from error
            except UsageError as error:
                error.message += f" (named by {path}: {by})"
                error.args = (error.message,)
                raise


def _missing(path: str, by: str) -> NotFoundError:
    return NotFoundError(
        f"{by} names {path}, which is not in the repository at this commit",
        untouched="everything",
        next_step="correct the path, or commit the file",
    )


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """``(who, path as written, whether it is a template)`` for every local path of one template."""
    shared = cfn.shared_by_functions(document)
    for name, resource in cfn.resources(document).items():
        kind, own = resource["Type"], cfn.properties(resource)
        if own.get("PackageType", shared.get("PackageType")) == "Image" or "ImageUri" in own:
            continue
        if kind in _FOLDER_BY_DEFAULT and not {"CodeUri", _FOLDER_BY_DEFAULT[kind]} & set(own):
            own = {**own, "CodeUri": shared.get("CodeUri", ".")}
        for key in PATHS.get(kind, ()):
            for value in _values(own, key, deep=kind == "AWS::Serverless::GraphQLApi"):
                if isinstance(value, str) and value and not is_url(value):
                    yield f"{name}.{key}", value, kind in NESTED
    for name, value in _published(document):
        if isinstance(value, str) and value and not is_url(value):
            yield f"Metadata.{name}", value, False
    yield from ((f"AWS::Include in {where}", value, False) for where, value in _included(document, ""))


def is_url(written: str) -> bool:
    """Whether what a template names is somewhere else already."""
    return _URL.match(written) is not None


def _published(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the Serverless Application Repository would show of the template: files, as sam package takes them."""
    metadata = document.get("Metadata")
    for kind, keys in METADATA.items():
        own = metadata.get(kind) if isinstance(metadata, dict) else None
        yield from ((f"{kind}.{key}", own[key]) for key in keys if isinstance(own, dict) and key in own)


def _values(own: Mapping[str, Any], key: str, *, deep: bool) -> Iterator[Any]:
    if deep and key == "CodeUri":
        yield from _everywhere(own, key)
        return
    value: Any = own
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    yield value


def _everywhere(value: Any, key: str) -> Iterator[Any]:
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == key:
            yield each
        else:
            yield from _everywhere(each, key)


def _included(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """The ``Location`` of each ``Fn::Transform: AWS::Include`` that is no URL."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _included(each, f"{where}[{number}]")
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        if name == "Fn::Transform" and isinstance(each, dict) and each.get("Name") == "AWS::Include":
            parameters = each.get("Parameters")
            location = parameters.get("Location") if isinstance(parameters, dict) else None
            if isinstance(location, str) and not is_url(location):
                yield where or "the template", location
        else:
            yield from _included(each, f"{where}.{name}".lstrip("."))


def inside(template: str, written: str, by: str) -> str:
    """``written`` in ``template`` as a path in the repository, named by ``by``. Raises UsageError: it is outside."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(template), written.replace("\\", "/")))
    if written.startswith(("/", "~")) or joined == ".." or joined.startswith("../") or "\0" in written:
        raise UsageError(
            f"{template}: {by} names {written!r}, which is outside the repository",
            untouched="everything",
            next_step="move what it names into the repository: a release holds everything that it deploys",
        )
    return joined
