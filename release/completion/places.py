"""Where templates stand: the one that release.toml names, and those nested in it, as often as a stack is made of each.

Nested are ``AWS::Serverless::Application`` with a local ``Location`` and ``AWS::CloudFormation::Stack`` with a local
``TemplateURL`` (AWS SAM CLI, "sam package"). A stack set deploys elsewhere, under roles of its own: what is in its
template is no part of the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from release.completion.builds import merged
from release.settings import cfn, localfiles
from release.settings.functions import references

Read = Callable[[str], bytes]
"""Path -> its bytes; raises NotFoundError."""

_STACKS = localfiles.NESTED - {"AWS::CloudFormation::StackSet"}
#: A template without any of these words nests none.
_WORDS = (b"AWS::Serverless::Application", b"AWS::CloudFormation::Stack")


@dataclass(frozen=True)
class TemplatePlace:
    """A template where a stack is made of it.

    Attributes:
        prefix: the resources that lead to it, each followed by "/"; "" for the stack itself.
        path: the template's.
        given: parameter of it -> the root's parameter that its value comes from.
        children: resource -> the template's path, of the stacks that it makes in turn.
    """

    prefix: str
    path: str
    given: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, str] = field(default_factory=dict)


def places(where: str, read: Read) -> tuple[TemplatePlace, ...]:
    """The template ``where`` and every one nested in it; above always before below.

    Raises:
        NotFoundError: one is not there. UsageError: one is no template, or they nest in each other.
    """
    root = cfn.load(read(where), where)
    if children(root, where):
        localfiles.local_paths(where, read)  # refuses what nests in itself, and names what is missing
    return tuple(_walk("", where, {str(name): str(name) for name in merged(root.get("Parameters"))}, read))


def nested(where: str, read: Read) -> Mapping[str, Mapping[str, Any]]:
    """``Stack/`` -> the template that this resource makes a stack of, for each local file. Raises as :func:`places`."""
    found = places(where, read)
    return {each.prefix: cfn.load(read(each.path), each.path) for each in found if each.prefix}


def may_nest(template: bytes) -> bool:
    """Whether templates may be nested in this one; asked where parsing takes longer than all else."""
    return any(word in template for word in _WORDS)


def children(template: Mapping[str, Any], path: str) -> dict[str, str]:
    """Resource -> the template that it makes a stack of, of those that are local files. Raises UsageError."""
    found = {}
    for name, resource in cfn.resources(template).items():
        own = merged(resource.get("Properties"))
        written = own.get("Location", own.get("TemplateURL"))
        if resource["Type"] in _STACKS and isinstance(written, str) and not localfiles.is_url(written):
            found[name] = localfiles.inside(path, written, name)
    return found


def _walk(prefix: str, path: str, given: Mapping[str, str], read: Read) -> Iterator[TemplatePlace]:
    template = cfn.load(read(path), path)
    below = children(template, path)
    yield TemplatePlace(prefix, path, given, below)
    for name, nested in below.items():
        handed = merged(merged(template["Resources"][name].get("Properties")).get("Parameters"))
        from_root = {
            str(key): {given[each] for each in references(value) if each in given} for key, value in handed.items()
        }
        known = {key: next(iter(each)) for key, each in from_root.items() if len(each) == 1}
        yield from _walk(f"{prefix}{name}/", nested, known, read)
