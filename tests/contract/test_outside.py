"""What a template takes from outside, made up in the emulated AWS: a stack that asks for all of it is made."""

from __future__ import annotations

import json
import time

import boto3
import pytest

from rehearsal.cloud.emulator import REGION, Emulator
from rehearsal.story import outside
from release.adoption.expanded import Expanded
from release.adoption.values import Values
from release.settings.environments import EnvironmentSpec

pytestmark = pytest.mark.emulator

TEMPLATE = {
    "Parameters": {"Level": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/outside/level"}},
    "Resources": {
        "Store": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Type": "String",
                "Value": {
                    "Fn::Join": [
                        " ",
                        [
                            {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-Network"}},
                            "{{resolve:ssm:/outside/name}}",
                            "{{resolve:secretsmanager:outside/db:SecretString:user}}",
                            {"Ref": "Level"},
                        ],
                    ]
                },
            },
        }
    },
    "Outputs": {"Store": {"Value": {"Ref": "Store"}}},
}


def test_exports_parameters_and_secrets_of_others_are_there_when_a_stack_asks_for_them(emulated_aws: Emulator) -> None:
    session = boto3.Session("test", "test", region_name=REGION)
    spec = EnvironmentSpec("test", "asks-outside", REGION, "", {}, "")
    things = outside.wanted([Expanded(spec, (Values(TEMPLATE, {}),))], {})
    said: list[str] = []
    assert outside.stand_in(things, session, emulated_aws.endpoint, said.append) == len(things) == 4
    cloud = session.client("cloudformation", endpoint_url=emulated_aws.endpoint)
    cloud.create_stack(StackName=spec.stack, TemplateBody=json.dumps(TEMPLATE))
    for _ in range(100):
        stack = cloud.describe_stacks(StackName=spec.stack)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.1)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    store = session.client("ssm", endpoint_url=emulated_aws.endpoint)
    words = store.get_parameter(Name=stack["Outputs"][0]["OutputValue"])["Parameter"]["Value"].split(" ")
    assert [words[0], words[1], words[3]] == ["asks-outside-network", "outside-name", "outside-level"]
    assert words[2] not in ("", "{{resolve:secretsmanager:outside/db:SecretString:user}}")
    assert outside.stand_in(things, session, emulated_aws.endpoint, said.append) == 0
