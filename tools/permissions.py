"""Writes what ``release pipeline`` knows of AWS: ``python -m tools.permissions SOURCE``.

``release/adoption/data/handlers.json``: resource type -> the actions that its handlers call (all but ``list``, which a
deployment never calls). SOURCE is a JSON document ``{"source": …, "types": {type: {handler: [actions]}}}``, or a folder
with CloudFormation's resource type schemas (files with ``typeName`` and ``handlers``; AWS publishes them as
"CloudFormation resource provider schemas", and pulumi/pulumi-aws-native keeps a copy).

``release/adoption/data/resourceless.json``: those of these actions that know no resource, so that a policy must allow
them on ``*`` (AWS's service authorization reference, "Resource types" of each action, as cfn-lint has it).

``release/adoption/data/policies.json``: the name of an AWS managed policy -> its actions, resources and conditions, as
moto (getmoto/moto) has copied them from an account: those that SAM gives roles, and those that function teams name.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from release.adoption.scopes import SCOPES

DATA = Path(__file__).parents[1] / "release" / "adoption" / "data"
ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+\Z")
#: Which managed policies are taken: those for functions, and those that SAM or a template gives to a service's role.
_POLICIES = re.compile(
    r"(AWSLambda(?!.*Operator|Service|Replicator).*|AWSXRayDaemonWriteAccess|AWSXrayWriteOnlyAccess|CloudWatchLambda.*"
    r"|AWSCodeDeployRoleForLambda(Limited)?|AmazonAPIGatewayPushToCloudWatchLogs|AmazonAPIGatewayInvokeFullAccess"
    r"|Amazon(DynamoDB|S3|SQS|SNS|Kinesis|SSM|Bedrock|Rekognition|EventBridge|Cognito)(FullAccess|ReadOnly(Access)?)"
    r"|AmazonCognito(PowerUser|ReadOnly)|SecretsManagerReadWrite|AWSAppSyncPushToCloudWatchLogs"
    r"|AmazonEventBridge\w*|AWSStepFunctionsFullAccess|CloudWatchLogsFullAccess|AmazonSESFullAccess"
    r"|AmazonRDSDataFullAccess|AmazonTextractFullAccess|ComprehendReadOnly|TranslateReadOnly)\Z"
)


def handlers(source: Path) -> dict[str, Any]:
    """What the handlers of each type call, without what is no IAM action (``s3:REST.PUT.OBJECT``)."""
    if source.is_dir():
        schemas = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(source.rglob("*.json"))]
        types = {
            each["typeName"]: {name: handler.get("permissions", []) for name, handler in each["handlers"].items()}
            for each in schemas
            if "typeName" in each and "handlers" in each
        }
        said = (
            "permissions that CloudFormation's resource type schemas declare for their handlers, as published in "
            "pulumi/pulumi-aws-native, 2026-08-07"
        )
    else:
        document = json.loads(source.read_text(encoding="utf-8"))
        types, said = document["types"], document["source"]
    found = {}
    for name, by_handler in sorted(types.items()):
        actions = {action for handler, each in by_handler.items() if handler != "list" for action in each}
        spelled = {f"{action.partition(':')[0].lower()}:{action.partition(':')[2]}" for action in actions}
        found[name] = sorted(action for action in spelled if ACTION.match(action) and _is_of_iam(action))
    return {"source": said, "types": found}


def resourceless(types: dict[str, Any]) -> dict[str, Any]:
    """The actions of ``types``, and of the rules that name their own, that know no resource, by service."""
    found: dict[str, list[str]] = {}
    every = {action for each in types.values() for action in each}
    for action in sorted(every | {action for scope in SCOPES.values() for action in scope.actions}):
        service, _, name = action.partition(":")
        described = {key.lower(): each for key, each in _services().get(service, {"Actions": {}})["Actions"].items()}
        if name.lower() in described and not described[name.lower()].get("Resources"):
            found.setdefault(service, []).append(name)
    return {"source": "AWS's service authorization reference, as copied in cfn-lint", "services": found}


def _is_of_iam(action: str) -> bool:
    """Not what schemas call a permission and IAM does not: deleting a bucket's setting is ``s3:Put…``, and such."""
    service, _, name = action.partition(":")
    listed = _services().get(service)
    return listed is None or name.lower() in {each.lower() for each in listed["Actions"]}


@cache
def _services() -> dict[str, Any]:
    """Service -> its actions, as cfn-lint has them from AWS's policy generator."""
    path = resources.files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def policies() -> dict[str, Any]:
    """Name -> statements of the managed policies that are taken: what they allow, on what, on which condition."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found = {}
    for name, each in sorted(json.loads(aws_managed_policies_data).items()):
        if not _POLICIES.match(name):
            continue
        allowed = [one for one in _listed(each["Document"]["Statement"]) if one["Effect"] == "Allow"]
        found[name] = [
            [sorted(_listed(one["Action"])), sorted(_listed(one["Resource"])), one.get("Condition", {})]
            for one in allowed
        ]
    return {"source": "AWS managed policies, as copied in getmoto/moto", "policies": found}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(document: dict[str, Any]) -> str:
    """One line for each type or policy, so that a change can be read."""
    lines = []
    for key, value in document.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in value.items())
            lines.append(f"{json.dumps(key)}: {{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    known = handlers(Path(sys.argv[1]))
    (DATA / "handlers.json").write_text(text(known), encoding="utf-8")
    (DATA / "resourceless.json").write_text(text(resourceless(known["types"])), encoding="utf-8")
    (DATA / "policies.json").write_text(text(policies()), encoding="utf-8")
