"""The copy tells the address of the stack's only API, where theirs does not: smoke tests start from it."""

from __future__ import annotations

from typing import Any

import pytest

from release.settings import cfn
from tests.support.templates import copy_of

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::Function
    Metadata: {Dockerfile: Dockerfile, DockerContext: app}
    Properties:
      PackageType: Image
      Events:
        Any: {Type: %s, Properties: {%s}}
"""
HOST = "https://${%s}.execute-api.${AWS::Region}.${AWS::URLSuffix}"


def template(kind: str = "Api", api: str = "", more: str = "") -> str:
    return FUNCTION % (kind, f"Path: /health, Method: get{api}") + more


def address(text: str) -> Any:
    outputs = cfn.load(copy_of(text).encode(), "copy")["Outputs"]
    return outputs["ApiUrl"]["Value"] if "ApiUrl" in outputs else None


REST = ", RestApiId: !Ref Mine"
OWN_REST = "  Mine: {Type: AWS::Serverless::Api, Properties: {StageName: %s}}\n"
OWN_HTTP = "  Mine: {Type: AWS::Serverless::HttpApi, Properties: {%s}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (template("Api"), HOST % "ServerlessRestApi" + "/Prod"),
        (template("HttpApi"), HOST % "ServerlessHttpApi"),
        (template("Api", REST, OWN_REST % "live"), HOST % "Mine" + "/live"),
        (template("Api", REST, OWN_REST % "!Ref Stage"), HOST % "Mine" + "/${Stage}"),
        (template("HttpApi", ", ApiId: !Ref Mine", OWN_HTTP % ""), HOST % "Mine"),
        (template("HttpApi", ", ApiId: !Ref Mine", OWN_HTTP % "StageName: v1"), HOST % "Mine" + "/v1"),
    ],
    ids=["SAM's REST", "SAM's HTTP", "own REST", "stage by parameter", "own HTTP", "own HTTP with a stage"],
)
def test_address_of_the_only_api_is_an_output_of_the_copy(text: str, expected: str) -> None:
    assert address(text) == {"Fn::Sub": expected}


@pytest.mark.parametrize(
    "text",
    [
        template("S3"),
        template("Api", more=OWN_REST % "live"),
        template("Api", REST, OWN_REST % "!Sub '${Stage}-x'"),
        template("Api", REST, "  Mine: {Type: AWS::Serverless::Api, Condition: C, Properties: {StageName: x}}\n"),
    ],
    ids=["no API", "two of them", "computed stage", "under a condition"],
)
def test_address_that_nobody_can_tell_is_not_made_up(text: str) -> None:
    assert address(text) is None


def test_output_of_theirs_stays_what_it_is() -> None:
    assert address(template() + "Outputs: {ApiUrl: {Value: theirs}}\n") == "theirs"
