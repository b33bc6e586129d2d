"""APIs as SAM writes them, deployed by the real sam into the emulated AWS: every route is there, under one address."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.cloud.emulator import REGION, Emulator
from rehearsal.machine.tools import tools
from release.adapters import process
from release.adapters.toolbox import Cache

pytestmark = pytest.mark.rehearsal

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Rest: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}
  Http: {Type: AWS::Serverless::HttpApi, Properties: {CorsConfiguration: {AllowOrigins: ["https://a.example"]}}}
  App:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: 000000000000.dkr.ecr.eu-west-1.amazonaws.com/app@DIGEST
      Events:
        Any: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: "/players/{proxy+}", Method: any}}
        Get: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /players, Method: get}}
        HttpAny: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: "/h/{proxy+}", Method: any}}
        HttpPost: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /h, Method: post}}
        Rest: {Type: HttpApi, Properties: {ApiId: !Ref Http}}
        # more
Outputs:
  Rest: {Value: !Ref Rest}
  Http: {Value: !Ref Http}
  RestUrl: {Value: !Sub "https://${Rest}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"}
  HttpUrl: {Value: !GetAtt Http.ApiEndpoint}
"""
MORE = (
    "AddedRest: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /new, Method: any}}\n"
    "        AddedHttp: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /new, Method: get}}"
)


def deploy(aws: Emulator, folder: Path, template: str, stack: str) -> Mapping[str, str]:
    (folder / "template.yaml").write_text(template.replace("DIGEST", f"sha256:{'0' * 64}"))
    sam = tools(Cache.of(os.environ), print).venv("sam").tool("sam")
    env = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")} | aws.env
    options = [
        "--resolve-s3",
        "--capabilities",
        "CAPABILITY_IAM",
        "--no-progressbar",
        "--image-repository",
        "localhost:1/x",
    ]
    process.run([sam, "deploy", "--stack-name", stack, *options], cwd=folder, env=env)
    (found,) = client(aws, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def client(aws: Emulator, service: str) -> Any:
    session = boto3.Session("test", "test", region_name=REGION)
    return session.client(service, endpoint_url=aws.endpoint)  # type: ignore[call-overload]


def rest_routes(aws: Emulator, api: str) -> set[str]:
    found = client(aws, "apigateway").get_resources(restApiId=api)["items"]
    return {f"{method} {each['path']}" for each in found for method in each.get("resourceMethods", {})}


def http_routes(aws: Emulator, api: str) -> set[str]:
    return {each["RouteKey"] for each in client(aws, "apigatewayv2").get_routes(ApiId=api)["Items"]}


def test_any_method_and_http_apis_have_their_routes_and_an_update_keeps_their_address(
    emulated_aws: Emulator, tmp_path: Path
) -> None:
    stack = f"apis-{uuid.uuid4().hex[:8]}"
    first = deploy(emulated_aws, tmp_path, TEMPLATE, stack)
    rest, http = {"ANY /players/{proxy+}", "GET /players"}, {"ANY /h/{proxy+}", "POST /h", "$default"}
    assert rest_routes(emulated_aws, first["Rest"]) == rest
    assert http_routes(emulated_aws, first["Http"]) == http
    cors = client(emulated_aws, "apigatewayv2").get_api(ApiId=first["Http"])["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://a.example"]
    base = f"{emulated_aws.endpoint}/_aws/execute-api"
    assert first["RestUrl"] == f"{base}/{first['Rest']}/v1"
    assert first["HttpUrl"] == f"{base}/{first['Http']}"
    assert deploy(emulated_aws, tmp_path, TEMPLATE.replace("# more", MORE), stack) == first
    assert rest_routes(emulated_aws, first["Rest"]) == {*rest, "ANY /new"}
    assert http_routes(emulated_aws, first["Http"]) == {*http, "GET /new"}


UNKNOWN = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Look: {Type: AWS::IoTWireless::Destination, Properties: {Name: NAME}}
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Look: {Value: !Ref Look}
  Arn: {Value: !GetAtt Look.Arn}
  Queue: {Value: !GetAtt Queue.QueueName}
"""


def test_a_type_that_the_emulation_does_not_know_is_a_name_and_the_rest_of_the_stack_is_there(
    emulated_aws: Emulator, tmp_path: Path
) -> None:
    stack = f"unknown-{uuid.uuid4().hex[:8]}"
    first = deploy(emulated_aws, tmp_path, UNKNOWN, stack)
    assert first["Look"] == f"{stack}-Look-placeholder"
    assert first["Arn"].endswith(first["Look"])
    assert deploy(emulated_aws, tmp_path, UNKNOWN.replace("NAME", "other"), stack) == first
    client(emulated_aws, "cloudformation").delete_stack(StackName=stack)
    client(emulated_aws, "cloudformation").get_waiter("stack_delete_complete").wait(StackName=stack)
    assert not client(emulated_aws, "sqs").list_queues(QueueNamePrefix=first["Queue"]).get("QueueUrls")
