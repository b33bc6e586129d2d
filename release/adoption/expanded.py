"""What CloudFormation would make of the template and the templates nested in it, in each environment."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from release.adoption.ports import TranslationJob, Translator
from release.adoption.values import ANY, STACK, Values
from release.errors import UsageError
from release.settings import cfn, localfiles
from release.settings.config import Config
from release.settings.environments import EnvironmentSpec

Read = Callable[[str], bytes]
#: The one transform that is carried out here.
_SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True)
class Expanded:
    """One environment's templates: the stack's own, then the nested ones."""

    environment: EnvironmentSpec
    templates: tuple[Values, ...]


@dataclass(frozen=True)
class _Wanted:
    path: str
    parameters: Mapping[str, str]
    stack: str


def expand(config: Config, read: Read, translator: Translator) -> tuple[tuple[Expanded, ...], tuple[str, ...]]:
    """Every environment's templates, and notes about what is not known here.

    Args:
        read: a file of the repository by its path. Raises NotFoundError.

    Raises:
        NotFoundError: the template or a nested one is not there.
        UsageError: SAM refuses one, or they nest in each other.
        MachineError: there is no translator.
    """
    localfiles.local_paths(config.template, read)  # refuses templates that nest in each other, and missing ones
    environments = list(config.environments.values())
    found: list[list[Values]] = [[] for _ in environments]
    level = [[_Wanted(config.template, each.parameters, STACK)] for each in environments]
    notes: dict[str, None] = {}
    while any(level):
        jobs = [
            TranslationJob(one.path, read(one.path).decode("utf-8"), one.parameters)
            for wanted in level
            for one in wanted
        ]
        answers = iter(translator.translate(jobs))
        below: list[list[_Wanted]] = [[] for _ in environments]
        for number, wanted in enumerate(level):
            for one in wanted:
                values = Values(next(answers), one.parameters, one.stack)
                _check_types(values, one.path)
                found[number].append(values)
                source = cfn.load(read(one.path), one.path)
                below[number] += _nested(source, one, values)
                notes |= dict.fromkeys(_not_known(source, one.path))
        level = below
    pairs = zip(environments, found, strict=True)
    return tuple(Expanded(each, tuple(templates)) for each, templates in pairs), tuple(notes)


def _check_types(values: Values, path: str) -> None:
    """Raises UsageError for a resource whose type is an expression: CloudFormation takes none either."""
    wrong = [name for name, each in values.template["Resources"].items() if not isinstance(each.get("Type"), str)]
    if wrong:
        raise UsageError(
            f"{path}: the Type of {wrong[0]} is no text",
            untouched="everything",
            next_step=f"sam validate --lint --template-file {path}",
        )


def _nested(source: Mapping[str, Any], of: _Wanted, values: Values) -> Iterator[_Wanted]:
    for name, resource in cfn.resources(source).items():
        own = cfn.properties(resource)
        written = own.get("Location", own.get("TemplateURL"))
        if resource["Type"] not in localfiles.NESTED or not isinstance(written, str) or "://" in written:
            continue
        given = own.get("Parameters")
        texts = {key: values.texts(value) for key, value in given.items()} if isinstance(given, dict) else {}
        sure = {key: next(iter(text)) for key, text in texts.items() if len(text) == 1 and ANY not in text}
        path = posixpath.normpath(posixpath.join(posixpath.dirname(of.path), written))
        yield _Wanted(path, sure, f"{of.stack}-{name}-*")


def _not_known(source: Mapping[str, Any], path: str) -> Iterator[str]:
    given = source.get("Transform", [])
    for each in given if isinstance(given, Sequence) and not isinstance(given, str) else [given]:
        if each != _SAM:
            yield f"{path}: what the transform {each} makes is known to CloudFormation alone; grant it by hand"
    resources = source.get("Resources")
    for name, each in resources.items() if isinstance(resources, dict) else ():
        if not isinstance(each, dict) or "Type" not in each:
            yield f"{path}: {name} is a loop, and what it makes is known to CloudFormation alone; grant it by hand"
        elif each["Type"] in localfiles.NESTED and not isinstance(_location(cfn.properties(each)), str):
            yield f"{path}: what is in {name} is not in this repository; grant by hand what its resources need"


def _location(own: Mapping[str, Any]) -> Any:
    written = own.get("Location", own.get("TemplateURL"))
    return None if isinstance(written, str) and "://" in written else written
