"""What sam's own configuration says: region, template, stacks."""

from __future__ import annotations

import pytest

from release.adoption.samconfig import SamSettings, parse
from release.errors import UsageError

TOML = """\
version = 0.1
[prod.deploy.parameters]
region = "us-west-2"
stack_name = "orders-prod"
[default.global.parameters]
region = "eu-west-1"
[default.deploy.parameters]
stack_name = "orders"
template_file = "infra/app.yaml"
capabilities = "CAPABILITY_IAM"
"""


def test_region_template_and_stacks_are_those_of_deploy_the_default_environment_first() -> None:
    found = parse(TOML, "samconfig.toml")
    assert found == SamSettings("samconfig.toml", "eu-west-1", "infra/app.yaml", ("orders", "orders-prod"))


def test_the_yaml_form_says_the_same() -> None:
    text = "version: 0.1\ndefault:\n  deploy:\n    parameters:\n      region: eu-west-1\n      stack_name: orders\n"
    assert parse(text, "samconfig.yaml") == SamSettings("samconfig.yaml", "eu-west-1", "", ("orders",))


def test_environments_with_different_regions_name_none() -> None:
    text = '[a.deploy.parameters]\nregion = "eu-west-1"\n[b.deploy.parameters]\nregion = "us-west-2"\n'
    assert parse(text, "samconfig.toml").region == ""
    assert parse(text.replace("us-west-2", "eu-west-1"), "samconfig.toml").region == "eu-west-1"


@pytest.mark.parametrize("text", ["", "version = 0.1\n", "default = 1\n", "[default.build]\nx = 1\n"])
def test_a_file_without_a_deployment_says_nothing(text: str) -> None:
    assert parse(text, "samconfig.toml") == SamSettings("samconfig.toml")


@pytest.mark.parametrize(("text", "where"), [("[default", "samconfig.toml"), ("a: [", "samconfig.yaml")])
def test_a_file_that_cannot_be_read_is_refused_by_name(text: str, where: str) -> None:
    with pytest.raises(UsageError, match=where):
        parse(text, where)
