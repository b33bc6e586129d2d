"""Parameters of release.toml and RELEASE_PARAMETERS beside the template that takes them (faults.md, 76)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from release.errors import UsageError
from release.settings import agreement, cfn, references
from release.settings.config import parse, parse_history
from release.settings.parameters import is_placeholder
from tests.support.world import RELEASE_TOML

TEMPLATE = cfn.load(
    """\
Parameters:
  TableName: { Type: String, Default: "" }
  BucketName: { Type: String }
  ApiKey: { Type: String, NoEcho: true, Default: changeme }
  Pin: { Type: String, NoEcho: "true", MaxLength: 8, Default: "" }
  Level: { Type: String, AllowedValues: [INFO, DEBUG], Default: INFO }
  Mail: { Type: String, Default: you@example.com }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: { ImageUri: x, Environment: { Variables: { KEY: !Sub "${ApiKey}" } } }
  Db: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Ref Pin } }
""",
    "template.yaml",
)
SECRET = "hunter2"


def refused(settings: Mapping[str, str] | None = None, here: Mapping[str, str] | None = None) -> UsageError:
    with pytest.raises(UsageError) as caught:
        agreement.check(TEMPLATE, settings or {}, here or {}, "staging")
    assert SECRET not in "\n".join(caught.value.lines()), "a refusal shows no value"
    return caught.value


def test_what_the_template_takes_is_taken() -> None:
    agreement.check(TEMPLATE, {"BucketName": "b", "Level": "DEBUG"}, {"TableName": "t"}, "staging")


@pytest.mark.parametrize(("place", "given"), [("release.toml", 0), ("RELEASE_PARAMETERS", 1)])
def test_a_name_that_the_template_lacks_is_refused_with_those_it_has_and_the_nearest(place: str, given: int) -> None:
    unknown = {"TabelName": SECRET}
    error = refused(*((unknown, {}) if given == 0 else ({}, unknown)))
    assert error.message.startswith(f"{place} gives staging the parameter TabelName, which the template does not have")
    assert "(it has: ApiKey, BucketName, Level, Mail, Pin, TableName)" in error.message
    assert "write TableName, if that is meant" in error.next_step


def test_a_name_that_is_like_no_other_is_refused_without_a_guess() -> None:
    assert refused({"Zzz": "1"}).next_step.startswith("mend its spelling")


def test_the_boundary_that_everybody_is_told_to_give_may_be_given_to_a_template_that_makes_no_role() -> None:
    agreement.check(TEMPLATE, {}, {"PermissionsBoundaryArn": "arn:aws:iam::1:policy/b"}, "staging")
    assert "PermissionsBoundaryArn" in refused({"PermissionsBoundaryArn": "x"}).message


@pytest.mark.parametrize("place", ["release.toml", "RELEASE_PARAMETERS"])
def test_a_secret_in_plain_text_is_refused_with_where_it_belongs(place: str) -> None:
    given = {"ApiKey": SECRET}
    error = refused(given) if place == "release.toml" else refused(here=given)
    assert f"{place} gives staging the secret parameter ApiKey" in error.message
    assert 'environments.staging.parameters.ApiKey = "secret:NAME"' in error.next_step
    assert "change it" in error.next_step


@pytest.mark.parametrize("value", ["{{resolve:secretsmanager:app/key}}", "{{resolve:ssm:/app/key:3}}"])
def test_a_secret_by_name_is_taken(value: str) -> None:
    agreement.check(TEMPLATE, {"ApiKey": value}, {}, "staging")


def test_a_secure_string_is_refused_where_cloudformation_does_not_resolve_it_and_taken_elsewhere() -> None:
    assert "secure string" in refused({"ApiKey": "{{resolve:ssm-secure:/app/key}}"}).message
    agreement.check(
        {**TEMPLATE, "Parameters": {"Pin": {"NoEcho": "true"}}}, {"Pin": "{{resolve:ssm-secure:/p}}"}, {}, "x"
    )


def test_a_rule_that_the_reference_itself_would_break_is_told_before_cloudformation_does() -> None:
    error = refused({"Pin": "{{resolve:secretsmanager:app/pin}}"})
    assert "the reference itself is longer than its MaxLength (8)" in error.message


def test_secrets_that_are_not_given_and_defaults_that_are_placeholders_are_noted() -> None:
    told = agreement.notes(TEMPLATE, {"Level": "<level>"}, "staging")
    key, level, mail, pin = told
    assert "ApiKey is not given for staging: its default is a placeholder; store it" in key
    assert "the parameter Level of staging is given a placeholder (<level>)" in level
    assert "Mail is not given for staging, and its default is a placeholder (you@example.com)" in mail
    assert "Pin is not given for staging: its default is empty" in pin
    given = {"ApiKey": references.full("secret:a"), "Pin": references.full("secret:b"), "Mail": "ops@team.test"}
    assert agreement.notes(TEMPLATE, given, "staging") == ()


def test_the_default_of_a_secret_is_noted_and_not_shown() -> None:
    template: dict[str, Any] = {"Parameters": {"Key": {"NoEcho": True, "Default": SECRET}}}
    (note,) = agreement.notes(template, {}, "staging")
    assert "its default stands in the template" in note
    assert SECRET not in note


@pytest.mark.parametrize(
    "text", ["changeme", "CHANGE_ME", "change-me-please", "xxx", "XXXXX", "TODO", "todo: set", "replace-this", "<arn>"]
)
def test_what_somebody_meant_to_replace_is_a_placeholder(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["", "INFO", "xx", "todos", "exchange", "a<b", "https://api.team.test", "*", "0"])
def test_a_plain_value_is_none(text: str) -> None:
    assert not is_placeholder(text)


def settings(value: str) -> str:
    return RELEASE_TOML.replace('Environment = "staging"', f'Environment = "staging"\nKey = "{value}"', 1)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("secret:app/staging/db", "{{resolve:secretsmanager:app/staging/db}}"),
        ("secret:app/db#password", "{{resolve:secretsmanager:app/db:SecretString:password}}"),
        (
            "secret:arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
            "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf}}",
        ),
        ("secrets: none", "secrets: none"),
    ],
)
def test_a_secret_in_release_toml_is_the_reference_that_cloudformation_resolves(short: str, long: str) -> None:
    for read in (parse, parse_history):
        assert read(settings(short)).environment("staging").parameters["Key"] == long


@pytest.mark.parametrize("value", ["secret:", "secret:a b", "secret:a#", "secret:{{x}}", "secret:a:b"])
def test_a_secret_that_names_none_is_refused_with_its_line(value: str) -> None:
    with pytest.raises(
        UsageError, match=r"line \d+: environments\.staging\.parameters gives Key a value that names no"
    ):
        parse(settings(value))


@pytest.mark.parametrize(
    ("value", "service", "name"),
    [
        ("{{resolve:ssm:/app/level:3}}", "ssm", "/app/level"),
        ("{{resolve:ssm-secure:key}}", "ssm-secure", "key"),
        ("{{resolve:secretsmanager:a/b:SecretString:k::v1}}", "secretsmanager", "a/b"),
        ("x{{resolve:ssm:a}}", "", ""),
        ("{{resolve:elsewhere:a}}", "", ""),
    ],
)
def test_a_reference_tells_where_its_value_is(value: str, service: str, name: str) -> None:
    assert (references.service(value), references.name(value)) == (service, name)
