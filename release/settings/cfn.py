"""A CloudFormation template as plain values: intrinsic functions in their short form become the long one.

``!Ref X`` is ``{"Ref": "X"}``, ``!GetAtt A.B`` is ``{"Fn::GetAtt": ["A", "B"]}``, ``!Sub "…"`` is ``{"Fn::Sub": "…"}``.
Source: AWS CloudFormation's "Intrinsic function reference". JSON is read too, being YAML. Scalars stay as they are
written, because a template's ``Runtime: 3.10`` must not become a number on its way into a comparison. What YAML's
merge (``<<: *base``) brings in stands where it is brought to, as sam reads it before CloudFormation sees any of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from release.errors import UsageError

#: What a template may nest at most before it is refused as one that nobody wrote by hand.
_DEPTH = 100


class _Loader(yaml.SafeLoader):
    """Scalars as text, tags as the functions that they are short for."""


def _scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = list(str(value).partition(".")[::2])
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_MERGE = "tag:yaml.org,2002:merge"
_Loader.yaml_implicit_resolvers = {"<": [(_MERGE, re.compile(r"<<\Z"))]}
_Loader.add_constructor(_MERGE, _scalar)
_Loader.add_constructor("tag:yaml.org,2002:str", _scalar)
_Loader.add_multi_constructor("!", _function)


@lru_cache(maxsize=16)
def load(text: bytes | str, where: str) -> Mapping[str, Any]:
    """The template ``text``; to be read, never changed: the same text is parsed once.

    The parser in Python is a slow one; libyaml's recurses without a limit and ends the process at deep nesting.

    Args:
        where: its name, for the error.

    Raises:
        UsageError: it is no YAML or JSON, no mapping, or nested beyond reason.
    """
    try:
        document = yaml.load(as_yaml(text.decode() if isinstance(text, bytes) else text), _Loader)
        if not isinstance(document, dict):
            raise yaml.YAMLError(f"it is {'empty' if document is None else 'no mapping'}")
        _check_depth(document, _DEPTH)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{where} is no CloudFormation template: {' '.join(str(error).split())[:200]}",
            untouched="everything",
            next_step="sam validate --lint",
        ) from error
    return document


def is_json(text: str) -> bool:
    """Whether ``text`` is a JSON object; SAM and CloudFormation read it as JSON then."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    try:
        return isinstance(json.loads(text.removeprefix("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False


def as_yaml(text: str) -> str:
    """``text`` as a parser of YAML takes it, every character in its place: JSON may be indented with tabs.

    No string of JSON holds a tab as it is (RFC 8259, section 7), so each of them is nothing but space.
    """
    return text.replace("\t", " ") if "\t" in text and is_json(text) else text


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise yaml.YAMLError(f"it is nested more than {_DEPTH} levels deep")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        _check_depth(each, left - 1)


def resources(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Logical id -> resource, of those that are resources (``Fn::ForEach`` loops and malformed entries are not)."""
    found = template.get("Resources")
    if not isinstance(found, dict):
        return {}
    return {
        str(name): each for name, each in found.items() if isinstance(each, dict) and isinstance(each.get("Type"), str)
    }


def section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of a template, or another mapping in one; empty where there is none."""
    found = template.get(name)
    return found if isinstance(found, dict) else {}


def properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource's ``Properties``; empty where there are none."""
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}


def shared_by_functions(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """``Globals.Function``: what every function has that does not say otherwise (SAM's "Globals section")."""
    everywhere = template.get("Globals")
    found = everywhere.get("Function") if isinstance(everywhere, dict) else None
    return found if isinstance(found, dict) else {}


def shared_by(template: Mapping[str, Any], resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one function takes of ``Globals.Function``: SAM's own functions alone, less their ``IgnoreGlobals``."""
    ignored = resource.get("IgnoreGlobals")
    if resource.get("Type") != "AWS::Serverless::Function" or ignored == "*":
        return {}
    found = shared_by_functions(template)
    return {key: each for key, each in found.items() if key not in ignored} if isinstance(ignored, list) else found
