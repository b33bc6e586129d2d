"""A resource type that the emulated AWS does not make: the rest of the stack is made, changed and deleted around it."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pytest

from rehearsal.cloud.emulator import REGION, Emulator

pytestmark = pytest.mark.emulator

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Group": {"Type": "AWS::XRay::Group", "Properties": {"GroupName": "g"}},
        "Greeting": {
            "Type": "Custom::Greeting",
            "Properties": {"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:of-another-account"},
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "x", "Value": {"Ref": "Group"}}]}},
    },
    "Outputs": {
        "Arn": {"Value": {"Fn::GetAtt": ["Group", "GroupARN"]}},
        "Said": {"Value": {"Fn::GetAtt": ["Greeting", "Said"]}},
        "Url": {"Value": {"Ref": "Queue"}},
    },
}


def test_a_stack_with_a_type_that_is_not_emulated_is_made_changed_and_deleted(emulated_aws: Emulator) -> None:
    cloud = _client(emulated_aws, "cloudformation")
    transformed = {"Transform": "AWS::Serverless-2016-10-31", **TEMPLATE}  # as every template of ours is
    cloud.create_stack(StackName="placed", TemplateBody=json.dumps(transformed))
    found = _ended(emulated_aws, "CREATE_COMPLETE")
    assert found["Arn"] == "placed-Group-placeholder.GroupARN"
    assert found["Said"] == "placed-Greeting-placeholder.Said"
    transformed["Resources"]["Group"]["Properties"]["GroupName"] = "other"
    transformed["Resources"]["Greeting"]["Properties"]["Name"] = "you"
    cloud.update_stack(StackName="placed", TemplateBody=json.dumps(transformed))
    assert _ended(emulated_aws, "UPDATE_COMPLETE") == found
    cloud.delete_stack(StackName="placed")
    queues = _client(emulated_aws, "sqs")
    for _ in range(50):
        if found["Url"] not in queues.list_queues().get("QueueUrls", []):
            return
        time.sleep(0.1)
    raise AssertionError("the queue is there still")


def _ended(emulated_aws: Emulator, status: str) -> dict[str, str]:
    cloud = _client(emulated_aws, "cloudformation")
    for _ in range(100):
        stack = cloud.describe_stacks(StackName="placed")["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.1)
    assert stack["StackStatus"] == status, stack.get("StackStatusReason")
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def _client(aws: Emulator, service: str) -> Any:
    session = boto3.Session("test", "test", region_name=REGION)
    return session.client(service, endpoint_url=aws.endpoint)  # type: ignore[call-overload]
