"""What resources use without owning it: networks, keys, layers, roles and secrets of others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from release.adoption.known import handler_actions
from release.adoption.scopes import SCOPES
from release.adoption.statements import ANY as ALL
from release.adoption.statements import Condition, PolicyStatement
from release.adoption.values import ANY, STACK, Values, arn, short

_ACCOUNT = "*:${AWS::AccountId}:"
#: A property of a function -> what its handler then calls; none of it knows a resource.
_BY_PROPERTY = {
    "VpcConfig": ("Networks", "ec2:Describe"),
    "FileSystemConfigs": ("FileSystems", "elasticfilesystem:Describe"),
}
#: CloudFormation's "Dynamic references": ssm and ssm-secure take a parameter, secretsmanager a secret's name or ARN.
_DYNAMIC = re.compile(
    r"\{\{resolve:(ssm|ssm-secure|secretsmanager):((?:arn:[^:}]*:[^:}]*:[^:}]*:[^:}]*:secret:)?[^:}]+)"
)
#: Type -> the properties that let it write logs ("Configure logging for HTTP APIs", "Logging EventBridge Pipes", Step
#: Functions' "Logging using CloudWatch Logs": the permissions of whoever sets it up), and what that is.
_DELIVERS_LOGS = {
    "AWS::ApiGatewayV2::Stage": ("AccessLogSettings",),
    "AWS::Pipes::Pipe": ("LogConfiguration",),
}
_LOG_DELIVERY = tuple(
    f"logs:{each}"
    for each in (
        *("CreateLogDelivery", "DeleteLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies", "GetLogDelivery"),
        *("ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery"),
    )
)
#: Type -> the service whose own role it makes (IAM's "AWS services that work with IAM", service-linked roles).
_SERVICE_ROLES = {
    "AWS::ApiGatewayV2::VpcLink": "ops.apigateway.amazonaws.com",
    "AWS::ApplicationAutoScaling::ScalableTarget": "*.application-autoscaling.amazonaws.com",
    "AWS::EFS::FileSystem": "elasticfilesystem.amazonaws.com",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "elasticloadbalancing.amazonaws.com",
    "AWS::Events::Connection": "apidestinations.events.amazonaws.com",
}
_PASSED = ("Role", "RoleArn", "RoleARN", "ExecutionRoleArn")


def statements(values: Values, notes: dict[str, None]) -> Iterator[PolicyStatement]:
    """What the template's resources use; ``notes`` gets what is used and not known."""
    for logical_id, resource in sorted(values.template["Resources"].items()):
        own = resource.get("Properties") or {}
        if not isinstance(own, dict):
            continue
        yield from _of_function(resource["Type"], own)
        yield from _of_logs(resource["Type"], own)
        yield from _of_service(resource["Type"])
        yield from _keys(resource["Type"], own)
        yield from _called(resource["Type"], own, values, logical_id, notes)
        yield from _passed(resource["Type"], own, values, logical_id, notes)
    yield from _references(values)


def _of_function(kind: str, own: Mapping[str, Any]) -> Iterator[PolicyStatement]:
    if kind != "AWS::Lambda::Function":
        return
    for key, (sid, beginning) in _BY_PROPERTY.items():
        if own.get(key):
            actions = tuple(each for each in handler_actions()[kind] if each.startswith(beginning))
            yield PolicyStatement(sid, actions, (ALL,), why="these actions know no resource")
    if own.get("Layers"):
        layers = (f"{_arn('lambda:*:*:layer')}:*",)
        yield PolicyStatement("LayersInUse", ("lambda:GetLayerVersion",), layers, why="layers may be another account's")


def _of_logs(kind: str, own: Mapping[str, Any]) -> Iterator[PolicyStatement]:
    """Logs that a service delivers are set up with the caller's rights."""
    if any(own.get(key) for key in _DELIVERS_LOGS.get(kind, ())):
        yield PolicyStatement("LogDelivery", _LOG_DELIVERY, (ALL,), why="these actions know no resource")


def _of_service(kind: str) -> Iterator[PolicyStatement]:
    """The first resource of some types in an account makes the service's own role."""
    if kind in _SERVICE_ROLES:
        role = arn("iam::${AWS::AccountId}:role/aws-service-role/*", "")
        named = Condition("StringLike", "iam:AWSServiceName", (_SERVICE_ROLES[kind],))
        why = "the service's own role, which the first one in an account makes"
        yield PolicyStatement("RolesOfServices", ("iam:CreateServiceLinkedRole",), (role,), (named,), why)


def _keys(kind: str, own: Mapping[str, Any]) -> Iterator[PolicyStatement]:
    """A key of KMS is used through the service that encrypts with it, and through no other."""
    actions = tuple(each for each in handler_actions().get(kind, ()) if each.startswith("kms:"))
    if actions and not kind.startswith("AWS::KMS::") and _names_a_key(own):
        service = SCOPES[kind].service if kind in SCOPES else kind.split("::")[1].lower()
        via = Condition("StringLike", "kms:ViaService", (f"{service}.*.amazonaws.com",))
        yield PolicyStatement("KeysInUse", actions, (f"{_arn('kms:' + _ACCOUNT)}key/*",), (via,))


def _names_a_key(value: Any) -> bool:
    if isinstance(value, dict):
        return any(("kms" in str(key).lower() and bool(each)) or _names_a_key(each) for key, each in value.items())
    return isinstance(value, list) and any(_names_a_key(each) for each in value)


def _called(
    kind: str, own: Mapping[str, Any], values: Values, logical_id: str, notes: dict[str, None]
) -> Iterator[PolicyStatement]:
    """A custom resource is a call of the function behind it, with the deploying role's rights."""
    if kind != "AWS::CloudFormation::CustomResource" and not kind.startswith("Custom::"):
        return
    for text in sorted(values.texts(own.get("ServiceToken"))):
        if text == ANY:
            notes[
                f"{logical_id} ({kind}): which function it calls is not known here; allow lambda:InvokeFunction on it"
            ] = None
        elif STACK not in text:
            kinds = "sns:Publish" if ":sns:" in text else "lambda:InvokeFunction"
            yield PolicyStatement("CustomResources", (kinds,), (text,))


def _passed(
    kind: str, own: Mapping[str, Any], values: Values, logical_id: str, notes: dict[str, None]
) -> Iterator[PolicyStatement]:
    """A role that the stack does not make is handed on by name."""
    if "iam:PassRole" not in handler_actions().get(kind, ()):
        return
    for key in _PASSED:
        for text in sorted(values.texts(own[key])) if own.get(key) else ():
            if STACK in text or not text:
                continue
            if text.startswith(ANY) or short(text).startswith(ANY):
                notes[f"{logical_id} ({kind}): its {key} is not known here; allow iam:PassRole on that role"] = None
            elif text.startswith("arn:"):
                yield PolicyStatement("HandOthersRoles", ("iam:PassRole",), (text,))


def _references(values: Values) -> Iterator[PolicyStatement]:
    """Secrets and parameters that CloudFormation looks up, with the deploying role's rights."""
    for text in sorted(_texts(values.template.get("Resources"), values)):
        for service, name in _DYNAMIC.findall(text):
            if service == "secretsmanager":
                place = name if name.startswith("arn:") else f"{_arn('secretsmanager:' + _ACCOUNT)}secret:{name}-*"
                yield PolicyStatement("SecretsInUse", ("secretsmanager:GetSecretValue",), (place,))
            else:
                yield _parameter(name)
    for name, declared in sorted((values.template.get("Parameters") or {}).items()):
        given = values.parameters.get(name, declared.get("Default") if isinstance(declared, dict) else None)
        if isinstance(declared, dict) and "AWS::SSM::Parameter::Value" in str(declared.get("Type")) and given:
            yield _parameter(str(given))


def _parameter(name: str) -> PolicyStatement:
    place = f"{_arn('ssm:' + _ACCOUNT)}parameter/{name.removeprefix('/')}"
    return PolicyStatement("ParametersInUse", ("ssm:GetParameters",), (place,))


def _texts(value: Any, values: Values) -> set[str]:
    """Every text that may hold a dynamic reference."""
    if isinstance(value, str):
        return {value} if "{{resolve:" in value else set()
    if isinstance(value, dict):
        if set(value) & {"Fn::Sub", "Fn::Join"}:
            return {each for each in values.texts(value) if "{{resolve:" in each}
        return set[str]().union(*(_texts(each, values) for each in value.values()))
    return set[str]().union(*(_texts(each, values) for each in value)) if isinstance(value, list) else set()


def _arn(rest: str) -> str:
    return arn(rest, "")
