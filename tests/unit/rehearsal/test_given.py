"""What a template needs before anything can be deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from rehearsal.story import given
from release.errors import UsageError
from release.settings.config import Config, parse

SETTINGS = """\
[project]
name = "shop"
[registry]
region = "eu-west-1"
[images.shop]
repository = "shop/shop"
dockerfile = "Dockerfile"
inputs = ["Dockerfile", "app"]
parameter = "ShopUri"
[environments.test]
stack = "shop-test"
region = "eu-west-1"
[environments.test.parameters]
Table = "orders"
Key = "secret:shop/key"
User = "secret:shop/db#user"
Password = "secret:shop/db#password"
"""
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Table: {Type: String}
  Origin: {Type: String}
  Level: {Type: String, Default: INFO}
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Ref ShopUri}
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return parse(SETTINGS)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name="eu-west-1")


def test_a_parameter_that_nobody_gives_is_named_with_what_to_write(config: Config, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nobody gives test what the template needs: Origin$") as refusal:
        given.check(config, tmp_path, {})
    assert '[environments.test.parameters], Origin = "…"' in refusal.value.next_step


def test_what_the_release_or_the_seed_gives_is_not_missing(config: Config, tmp_path: Path) -> None:
    given.check(config, tmp_path, {"test": {"Origin": "*"}})


def test_a_secret_that_nobody_made_gets_a_value_for_the_rehearsal(config: Config, session: boto3.Session) -> None:
    vault, said = session.client("secretsmanager"), list[str]()
    vault.create_secret(Name="shop/key", SecretString="the seed's")
    assert given.stand_in_secrets(config, session, None, {}, said.append) == 1  # type: ignore[arg-type]  # moto's
    assert vault.get_secret_value(SecretId="shop/key")["SecretString"] == "the seed's"
    made = json.loads(vault.get_secret_value(SecretId="shop/db")["SecretString"])
    assert made.keys() == {"user", "password"}
    assert said == ["secret shop/db: nobody made it, so it holds a made-up value here"]
    assert given.stand_in_secrets(config, session, None, {}, said.append) == 0  # type: ignore[arg-type]
