"""Which parameters a function's own configuration depends on: a change of one of them must publish a new version.

Only those: Lambda publishes no version when neither code nor configuration changed since the last one (Lambda API
reference, PublishVersion), and CloudFormation fails then ("A version for this Lambda function exists"). So what only
another resource takes (days that logs are kept) must not make SAM ask for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.completion.builds import merged
from release.settings import cfn
from release.settings.functions import references

#: What UpdateFunctionConfiguration sets (Lambda API reference), as SAM and CloudFormation call it.
_CONFIGURATION = (
    *("Architectures", "DeadLetterConfig", "DeadLetterQueue", "Description", "Environment", "EphemeralStorage"),
    *("FileSystemConfigs", "ImageConfig", "KmsKeyArn", "LoggingConfig", "MemorySize", "Role", "SnapStart", "Timeout"),
    *("Tracing", "TracingConfig", "VpcConfig"),
)


def parameters_of(template: Mapping[str, Any], resource: Mapping[str, Any], uri: Any = None) -> tuple[str, ...]:
    """The template's parameters that the function ``resource`` and its image ``uri`` depend on, in their order."""
    given, conditions = merged(template.get("Parameters")), merged(template.get("Conditions"))
    shared, own = merged(cfn.shared_by(template, resource)), merged(resource.get("Properties"))
    values = [uri, *(each.get(key) for each in (shared, own) for key in _CONFIGURATION)]
    found: set[str] = set()
    todo = set(_conditions(values))
    found |= set(references(values))
    done: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in done and name in conditions:
            done.add(name)
            found |= set(references(conditions[name]))
            todo |= set(_conditions(conditions[name]))
    return tuple(name for name in given if name in found)


def is_list(parameter: Any) -> bool:
    """Whether a parameter's value is a list (CloudFormation user guide, "Parameters", Type)."""
    kind = str(merged(parameter).get("Type", ""))
    return "List<" in kind or "CommaDelimitedList" in kind


def _conditions(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _conditions(each)
    for key, each in value.items() if isinstance(value, dict) else ():
        if key == "Fn::If" and isinstance(each, list) and each and isinstance(each[0], str):
            yield each[0]
        elif key == "Condition" and isinstance(each, str):
            yield each
        yield from _conditions(each)
