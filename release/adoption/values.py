"""What expressions of a translated template come to, as patterns: what only a deployment knows is ``*`` in them.

The stack's own name is :data:`STACK` (:data:`LOWER_STACK` in bucket names), so that one policy serves them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from release.adoption.scopes import SCOPES, STACK_NAME, Naming

STACK, LOWER_STACK, ANY = "<stack>", "<lower stack>", "*"
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
#: Pseudo parameters -> what they are in a pattern. A policy is for every region.
_PSEUDO = {
    "AWS::AccountId": "${AWS::AccountId}",
    "AWS::Partition": "${AWS::Partition}",
    "AWS::NoValue": "",
    "AWS::StackName": STACK,
}
#: Types whose Ref is their ARN, and attributes that are names or ARNs (CloudFormation's "Return values" of each type).
_REF_IS_ARN = {
    *("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret", "AWS::IAM::ManagedPolicy"),
    *(
        "AWS::StepFunctions::Activity",
        "AWS::StepFunctions::StateMachineAlias",
        "AWS::StepFunctions::StateMachineVersion",
    ),
    *("AWS::Events::Connection", "AWS::Lambda::Alias", "AWS::Lambda::LayerVersion", "AWS::Lambda::Version"),
}
_REF_IS_NOT_THE_NAME = {"AWS::SQS::Queue", "AWS::KMS::Key", "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"}
_NAMES = {"Name", "QueueName", "TopicName", "FunctionName", "TableName"}
_ARNS = {"Arn", "TopicArn", "FunctionArn", "StateMachineArn", "Id"}
#: More alternatives than this are one: anything.
_MOST = 32


@dataclass(frozen=True)
class Values:
    """Reads expressions of one template in one environment.

    Attributes:
        template: as the translator leaves it.
        parameters: values that are sure; a default counts too, an empty one does not: some place gives another.
        stack: what the stack is called; for a nested one its name below :data:`STACK`.
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    stack: str = STACK
    _open: tuple[str, ...] = field(default=())

    def texts(self, value: Any) -> frozenset[str]:
        """The patterns that ``value`` may come to."""
        if isinstance(value, str | int | float | bool):
            return frozenset({str(value)})
        if not isinstance(value, dict) or len(value) != 1:
            return frozenset({ANY})
        ((function, argument),) = value.items()
        known = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._either,
            "Fn::FindInMap": self._mapped,
        }
        found = known[function](argument) if function in known else frozenset({ANY})
        return found if len(found) <= _MOST else frozenset({ANY})

    def names(self, logical_id: str) -> frozenset[str]:
        """The physical names that the resource may have."""
        resource = self.template["Resources"][logical_id]
        scope = SCOPES.get(resource["Type"])
        given = (resource.get("Properties") or {}).get(scope.name) if scope and scope.name else None
        if given is not None and logical_id not in self._open:
            inner = Values(self.template, self.parameters, self.stack, (*self._open, logical_id))
            found = {short(each) for each in inner.texts(given)}
            if "" not in found:  # AWS::NoValue: CloudFormation makes a name
                return frozenset(found)
            return frozenset(found - {""}) | self._generated(logical_id, scope)
        return self._generated(logical_id, scope)

    def arns(self, logical_id: str) -> frozenset[str]:
        """The ARNs that the resource may have; ``*`` where its type says none."""
        kind = self.template["Resources"][logical_id]["Type"]
        if kind not in SCOPES:
            return frozenset({ANY})
        qualifier = ":*" if kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version") else ""
        return frozenset(arn(SCOPES[kind].arns[0], name) + qualifier for name in self.names(logical_id))

    def _generated(self, logical_id: str, scope: Naming | None) -> frozenset[str]:
        lower = LOWER_STACK + self.stack.removeprefix(STACK).lower()
        forms = (scope.generated if scope else STACK_NAME).split()
        return frozenset(
            form.format(stack=self.stack, id=logical_id, lowerstack=lower, lowerid=logical_id.lower()) for form in forms
        )

    def _ref(self, name: Any) -> frozenset[str]:
        if name in self.template.get("Resources", {}):
            kind = self.template["Resources"][name]["Type"]
            if kind in _REF_IS_NOT_THE_NAME:
                return frozenset({ANY})
            return self.arns(name) if kind in _REF_IS_ARN else self.names(name)
        if name == "AWS::StackName":
            return frozenset({self.stack})
        if name in _PSEUDO:
            return frozenset({_PSEUDO[name]})
        declared = (self.template.get("Parameters") or {}).get(name) or {}
        value = self.parameters.get(str(name), declared.get("Default", ""))
        sure = "AWS::SSM::Parameter::Value" not in str(declared.get("Type")) and str(value)
        return frozenset({str(value) if sure else ANY})

    def _attribute(self, argument: Any) -> frozenset[str]:
        parts = argument if isinstance(argument, list) else [argument]
        name, _, attribute = ".".join(map(str, parts)).partition(".")
        if name not in self.template.get("Resources", {}):
            return frozenset({ANY})
        if attribute in _ARNS:
            return self.arns(name)
        if attribute == "StreamArn":
            return frozenset(f"{each}/stream/*" for each in self.arns(name))
        return self.names(name) if attribute in _NAMES else frozenset({ANY})

    def _sub(self, argument: Any) -> frozenset[str]:
        text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(text, str) or not isinstance(given, dict):
            return frozenset({ANY})
        parts: list[frozenset[str]] = []
        end = 0
        for found in _VARIABLE.finditer(text):
            name = found[1].strip()
            value = given.get(name, {"Fn::GetAtt": name} if "." in name else {"Ref": name})
            parts += [frozenset({text[end : found.start()]}), self.texts(value)]
            end = found.end()
        return _joined([*parts, frozenset({text[end:]})], "")

    def _join(self, argument: Any) -> frozenset[str]:
        if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
            return frozenset({ANY})
        return _joined([self.texts(each) for each in argument[1]], str(argument[0]))

    def _either(self, argument: Any) -> frozenset[str]:
        return frozenset[str]().union(*(self.texts(each) for each in argument[1:]))

    def _mapped(self, argument: Any) -> frozenset[str]:
        table = (self.template.get("Mappings") or {}).get(str(argument[0]), {})
        first, second = self.texts(argument[1]), self.texts(argument[2])
        found = {str(table.get(one, {}).get(two, ANY)) for one in first for two in second}
        return frozenset(found or {ANY})


def _joined(parts: list[frozenset[str]], between: str) -> frozenset[str]:
    count = 1
    for each in parts:
        count *= len(each)
    if count > _MOST:
        return frozenset({ANY})
    return frozenset(between.join(each) for each in product(*map(sorted, parts)))


def arn(form: str, name: str) -> str:
    """An ARN in the form of a scope."""
    return "arn:${AWS::Partition}:" + form.replace("{name}", name)


def short(name: str) -> str:
    """A physical name, where an ARN may stand for it (the function of an event source, with or without its alias)."""
    if not name.startswith("arn:"):
        return name.partition(":")[0]
    function = re.search(r":function:([^:]+)", name)
    return function[1] if function else re.split(r"[:/]", name)[-1]
