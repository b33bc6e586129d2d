"""What a template needs before anything can be deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_a_parameter_that_nobody_gives_is_named_with_what_to_write(config: Config, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nobody gives test what the template needs: Origin$") as refusal:
        given.check(config, tmp_path, {})
    assert '[environments.test.parameters], Origin = "…"' in refusal.value.next_step


def test_what_the_release_or_the_seed_gives_is_not_missing(config: Config, tmp_path: Path) -> None:
    given.check(config, tmp_path, {"test": {"Origin": "*"}})
