"""What a template takes from outside: found before a deployment, and made up where nobody made it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rehearsal.story import outside
from rehearsal.story.outside import OutsideThing
from release.adoption.expanded import Expanded
from release.adoption.values import Values
from release.settings.environments import EnvironmentSpec

REGION = "eu-west-1"
TEMPLATE = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "dev"},
        "Level": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/level"},
        "Size": {"Type": "AWS::SSM::Parameter::Value<Number>"},
    },
    "Resources": {
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "A": {"Fn::ImportValue": {"Fn::Sub": "network-${Stage}-SubnetArn"}},
                "B": [{"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-of-another"}}],
                "C": {"Fn::ImportValue": {"Fn::GetAtt": ["Queue", "Unknown"]}},
                "D": {"Fn::Sub": "{{resolve:ssm:/shop/${Stage}/name:3}}"},
                "E": "{{resolve:secretsmanager:shop/db:SecretString:user}}",
                "F": "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:x:SecretString:a}}",
            },
        }
    },
}
GIVEN = {"test": {"Size": "/shop/size", "Key": "secret:shop/key", "Password": "secret:shop/db#password"}}


def everywhere(template: dict[str, Any] = TEMPLATE) -> list[Expanded]:
    spec = EnvironmentSpec("test", "shop-test", REGION, "", {}, "")
    return [Expanded(spec, (Values(template, {}),))]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name=REGION)


def made(things: list[OutsideThing], session: boto3.Session) -> list[str]:
    said: list[str] = []
    assert outside.stand_in(things, session, None, said.append) == len(said)  # type: ignore[arg-type]  # moto's
    return [line.removesuffix(": nobody made it, so it holds a made-up value here") for line in said]


def test_what_is_named_by_the_template_its_parameters_and_release_toml_is_found_once() -> None:
    found = [(each.kind, each.name, each.key) for each in outside.wanted(everywhere(), GIVEN)]
    assert found == [
        ("import", "network-dev-SubnetArn", ""),
        ("import", "shop-test-of-another", ""),
        ("secretsmanager", "shop/db", "password"),
        ("secretsmanager", "shop/db", "user"),
        ("secretsmanager", "shop/key", ""),
        ("ssm", "/shop/dev/name", ""),
        ("ssm", "/shop/level", ""),
        ("ssm", "/shop/size", ""),
    ]


def test_a_template_that_takes_nothing_from_outside_wants_nothing() -> None:
    assert outside.wanted(everywhere({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), {}) == []


def test_what_nobody_made_is_made_and_said_and_what_is_there_stays(session: boto3.Session) -> None:
    vault, store = session.client("secretsmanager"), session.client("ssm")
    vault.create_secret(Name="shop/key", SecretString="the seed's")
    store.put_parameter(Name="/shop/level", Value="DEBUG", Type="String")
    assert made(outside.wanted(everywhere(), GIVEN), session) == [
        "the export network-dev-SubnetArn",
        "the export shop-test-of-another",
        "the parameter /shop/dev/name of Systems Manager",
        "the parameter /shop/size of Systems Manager",
        "the secret shop/db",
    ]
    assert vault.get_secret_value(SecretId="shop/key")["SecretString"] == "the seed's"
    assert json.loads(vault.get_secret_value(SecretId="shop/db")["SecretString"]).keys() == {"user", "password"}
    assert store.get_parameter(Name="/shop/level")["Parameter"]["Value"] == "DEBUG"
    exports = {each["Name"]: each["Value"] for each in session.client("cloudformation").list_exports()["Exports"]}
    assert exports["network-dev-SubnetArn"].startswith("arn:aws:rehearsal:::network-dev")
    assert made(outside.wanted(everywhere(), GIVEN), session) == []
