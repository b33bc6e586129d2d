"""Changing one property in a template's text, and nothing else: comments, tags and order stay as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml

from release.errors import UsageError
from release.settings.cfn import as_yaml


def with_properties(text: str, where: str, values: Mapping[tuple[str, str], str]) -> str:
    """``text`` with other values of some resources' properties.

    Args:
        where: the template's name, for the error.
        values: ``(logical id, property)`` -> its value, a plain text.

    Raises:
        UsageError: a resource shares its properties with another one (a YAML alias), so no single one can be changed.
    """
    root = yaml.compose(as_yaml(text), yaml.SafeLoader)
    resources = _value(root, "Resources")
    counted: dict[int, int] = {}
    _count(root, counted)
    edits = []
    for (name, key), value in values.items():
        properties = _value(_value(resources, name), "Properties")
        if not isinstance(properties, yaml.MappingNode) or not properties.value or counted[id(properties)] > 1:
            raise UsageError(
                f"{where}: {name} has no properties of its own, so its code cannot be named",
                untouched="everything",
                next_step=f"write the properties of {name} out, without a YAML alias",
            )
        node = _value(properties, key)
        if node is None:
            first = properties.value[0][0].start_mark
            after = ", " if properties.flow_style else "\n" + " " * first.column
            edits.append((first.index, first.index, f"{json.dumps(key)}: {json.dumps(value)}{after}"))
        elif counted[id(node)] > 1 or not isinstance(node, yaml.ScalarNode):
            raise UsageError(
                f"{where}: {name}.{key} is no text of its own",
                untouched="everything",
                next_step=f"write {name}.{key} out",
            )
        else:
            end = "\n" if text[: node.end_mark.index].endswith("\n") else ""  # of a scalar over several lines
            edits.append((node.start_mark.index, node.end_mark.index, json.dumps(value) + end))
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == name:
                return value  # type: ignore[no-any-return]
    return None


def _count(node: yaml.Node | None, counted: dict[int, int]) -> None:
    """How often each node stands in the document; an alias is the very node that it names."""
    if node is None:
        return
    counted[id(node)] = counted.get(id(node), 0) + 1
    if counted[id(node)] > 1:
        return
    for each in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in each if isinstance(each, tuple) else (each,):
            _count(inner, counted)
