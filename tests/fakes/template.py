"""As much of a SAM template as the fake cloud understands. What it does not understand is an error, never skipped."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

#: What stands in an expression -> its value: parameters, logical ids of functions, ``AWS::StackName``.
Names = Mapping[str, str]


#: What is told apart, and what is no property of the function itself but of its versions and its role.
_APART = (
    "ImageUri",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "VersionDescription",
    "PermissionsBoundary",
)


class Template:
    """A template in JSON: parameters, functions with an alias, outputs.

    Attributes:
        functions: logical id -> its properties.
    """

    def __init__(self, text: bytes) -> None:
        document = json.loads(text)
        known = {"AWSTemplateFormatVersion", "Transform", "Parameters", "Conditions", "Resources", "Outputs"}
        unknown = document.keys() - known
        assert not unknown, f"sections that the fake does not know: {unknown}"
        conditions = document.get("Conditions", {}).keys() - {"HasPermissionsBoundary"}  # of roles, which it has not
        assert not conditions, f"conditions that the fake does not know: {conditions}"
        assert document["Transform"] == "AWS::Serverless-2016-10-31"
        self.parameters: Mapping[str, Mapping[str, Any]] = document["Parameters"]
        self.functions: dict[str, Mapping[str, Any]] = {}
        for logical, resource in document["Resources"].items():
            assert resource["Type"] == "AWS::Serverless::Function", (
                f"a resource that the fake does not know: {resource}"
            )
            self.functions[logical] = resource["Properties"]
        self.outputs: Mapping[str, Any] = {name: rule["Value"] for name, rule in document["Outputs"].items()}

    def image(self, logical: str, names: Names) -> str:
        """The image that a function runs; "" for a ZIP."""
        return resolve(self.functions[logical].get("ImageUri", ""), names)

    def configured(self, logical: str, names: Names) -> str:
        """What CloudFormation compares: the function's properties, with the image that it comes to."""
        rest = {name: value for name, value in self.functions[logical].items() if name not in _APART}
        return json.dumps([self.image(logical, names), _put_in(rest, names)])

    def hashed(self, logical: str, names: Names) -> str:
        """What SAM hashes for a function's version: its ImageUri with parameters put in, nothing else resolved."""
        return json.dumps(_put_in(self.functions[logical].get("ImageUri", ""), names))


@functools.lru_cache(maxsize=64)
def read(text: bytes) -> Template:
    """The template; reading one takes longer than all that a deployment of the fake does."""
    return Template(text)


def resolve(expression: object, names: Names) -> str:
    """The text that an expression stands for."""
    if isinstance(expression, str):
        return expression
    assert isinstance(expression, dict), f"no expression: {expression!r}"
    ((function, argument),) = expression.items()
    if function == "Ref":
        return names[str(argument)]
    if function == "Fn::Sub":
        text = str(argument)
        for name, value in names.items():
            text = text.replace("${" + name + "}", value)
        assert "${" not in text, f"nothing is known for {text}"
        return text
    if function == "Fn::Join":
        return str(argument[0]).join(resolve(part, names) for part in argument[1])
    if function == "Fn::Select":
        number, parts = argument
        (splits,) = parts.items()
        assert splits[0] == "Fn::Split"
        separator, text = splits[1]
        return resolve(text, names).split(str(separator))[int(number)]
    raise AssertionError(f"a function that the fake does not know: {function}")


def _put_in(expression: object, names: Names) -> object:
    if isinstance(expression, list):
        return [_put_in(part, names) for part in expression]
    if isinstance(expression, dict):
        if expression.keys() & {"Ref", "Fn::Sub"}:
            return resolve(expression, names)
        return {key: _put_in(value, names) for key, value in expression.items()}
    return expression
