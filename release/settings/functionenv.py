"""What the template gives a function when it starts: environment, memory, and its changes to the image's command.

Nothing is deployed when an image is started, so what only CloudFormation knows becomes a placeholder that a person
recognises in an error: ``REFERENCE-TO-BucketName``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from release.settings import cfn
from release.settings.conditions import decided
from release.settings.functions import FUNCTION_TYPES, functions

#: "Configure Lambda function memory" and "Configure ephemeral storage for Lambda functions": the defaults, in MB.
MEMORY, STORAGE = 128, 512
_VARIABLE = re.compile(r"\$\{(!?[\w:.]+)\}")
_REFERENCE = "REFERENCE-TO-"
_NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True)
class StartSettings:
    """How Lambda starts one function.

    Attributes:
        env: the template's environment variables.
        memory, storage: MB of memory, and of /tmp.
        entry_point, command, folder: what the template has instead of the image's own (ImageConfig); empty: nothing.
    """

    logical_id: str
    env: Mapping[str, str] = field(default_factory=dict)
    memory: int = MEMORY
    storage: int = STORAGE
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True)
class Known:
    """What is known before anything is deployed: references by name, and the template's conditions."""

    values: Mapping[str, str]
    conditions: Mapping[str, Any]

    def chosen(self, value: Any) -> Any:
        """The branch that ``Fn::If`` takes, the first one where that is open; anything else is itself."""
        inner = value.get("Fn::If") if isinstance(value, dict) else None
        if not isinstance(inner, list) or len(inner) != 3:
            return value
        holds = decided(str(inner[0]), self.conditions, self._text)
        branch = inner[2] if holds is False or (holds is None and inner[1] == _NO_VALUE) else inner[1]
        return self.chosen(branch)

    def holds(self, condition: str) -> bool | None:
        """Whether the condition of that name holds; None: that is open before it is deployed."""
        return decided(condition, self.conditions, self._text)

    def _text(self, value: Any) -> str | None:
        text = resolved(value, self)
        return None if _REFERENCE in text else text


def of_functions(
    template: Mapping[str, Any], images: Mapping[str, str], values: Mapping[str, str]
) -> Mapping[str, tuple[StartSettings, ...]]:
    """Image -> the functions that run it, in the template's order.

    Args:
        images: template parameter -> the image whose URI it takes.
        values: what references are known: parameters and pseudo parameters by name.
    """
    known = known_of(template, {**_defaults(template), **values})
    found = cfn.resources(template)
    runs: dict[str, tuple[StartSettings, ...]] = {}
    for function in functions(template, images):
        if function.image and found[function.logical_id]["Type"] in FUNCTION_TYPES:
            resource = found[function.logical_id]
            shared = cfn.shared_by(template, resource)
            settings = _settings(function.logical_id, cfn.properties(resource), shared, known)
            runs[function.image] = (*runs.get(function.image, ()), settings)
    return runs


def known_of(template: Mapping[str, Any], values: Mapping[str, str]) -> Known:
    """The template's conditions with these values of references, and no others."""
    conditions = template.get("Conditions")
    return Known(values, conditions if isinstance(conditions, dict) else {})


def _settings(name: str, own: Mapping[str, Any], shared: Mapping[str, Any], known: Known) -> StartSettings:
    variables = _inner(shared, "Environment", "Variables") | _inner(own, "Environment", "Variables")
    config = _inner(own, "ImageConfig")
    storage = _inner(own, "EphemeralStorage") or _inner(shared, "EphemeralStorage")
    return StartSettings(
        logical_id=name,
        env={
            str(key): resolved(chosen, known)
            for key, value in variables.items()
            if (chosen := known.chosen(value)) != _NO_VALUE
        },
        memory=_number(own.get("MemorySize", shared.get("MemorySize")), known, MEMORY),
        storage=_number(storage.get("Size"), known, STORAGE),
        entry_point=_words(config.get("EntryPoint"), known),
        command=_words(config.get("Command"), known),
        folder=resolved(config.get("WorkingDirectory", ""), known),
    )


def resolved(value: Any, known: Known) -> str:
    """A value of the template as text, with placeholders for what is not known before it is deployed."""
    if isinstance(value, str):
        return value if "{{resolve:" not in value else f"{_REFERENCE}{value.strip('{}').partition(':')[2]}"
    if not isinstance(value, dict) or len(value) != 1:
        return f"{_REFERENCE}something"
    ((kind, inner),) = value.items()
    if kind == "Ref":
        return known.values.get(str(inner), f"{_REFERENCE}{inner}")
    if kind == "Fn::GetAtt":
        return f"{_REFERENCE}{'.'.join(map(str, inner)) if isinstance(inner, list) else inner}"
    if kind == "Fn::Sub":
        return _substituted(inner, known)
    if kind == "Fn::Join" and isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], list):
        return str(inner[0]).join(resolved(each, known) for each in inner[1])
    if kind == "Fn::If" and (chosen := known.chosen(value)) != value:
        return resolved(chosen, known)
    return f"{_REFERENCE}{kind.partition('::')[2]}"


def _substituted(value: Any, known: Known) -> str:
    text, own = (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (value, {})
    names = {**known.values, **{str(name): resolved(each, known) for name, each in own.items()}}

    def put(match: re.Match[str]) -> str:
        name = match[1]
        return f"${{{name[1:]}}}" if name.startswith("!") else names.get(name, f"{_REFERENCE}{name}")

    return _VARIABLE.sub(put, str(text))


def _defaults(template: Mapping[str, Any]) -> Mapping[str, str]:
    """Parameter -> default. A parameter of Systems Manager has the name of a value there, not the value."""
    return dict(_each_default(template.get("Parameters")))


def _each_default(parameters: Any) -> Iterator[tuple[str, str]]:
    for name, rule in parameters.items() if isinstance(parameters, dict) else ():
        if isinstance(rule, dict) and "Default" in rule and not str(rule.get("Type")).startswith("AWS::SSM::"):
            yield str(name), str(rule["Default"])


def _inner(value: Mapping[str, Any], *path: str) -> dict[str, Any]:
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _number(value: Any, known: Known, default: int) -> int:
    text = resolved(value, known) if value is not None else ""
    return int(text) if text.isdecimal() else default


def _words(value: Any, known: Known) -> tuple[str, ...]:
    return tuple(resolved(each, known) for each in value) if isinstance(value, list) else ()
