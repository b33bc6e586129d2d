"""What smoke tests name and no deployment could give is found from release.toml and template alone (faults.md, 76)."""

from __future__ import annotations

import pytest

from release.errors import UsageError
from release.settings import cfn
from release.settings.config import parse, parse_history
from release.settings.reachable import missing
from release.settings.smoke import SmokeTest
from tests.support.world import RELEASE_TOML

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bucket: { Type: String }
Conditions:
  Makes: !Equals [!Ref Bucket, ""]
Resources:
  Train:
    Type: AWS::Serverless::Function
    Properties:
      ImageUri: x
      Events:
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        Topic: { Type: SNS, Properties: { Topic: t } }
  Cleanup: { Type: AWS::Lambda::Function, Condition: Makes, Properties: { Code: { ImageUri: y } } }
  Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(1 day) } }
Outputs:
  ApiUrl: { Value: u }
  Models: { Value: m, Condition: Makes }
"""


def declared(*steps: str) -> tuple[SmokeTest, ...]:
    text = RELEASE_TOML.partition("[[smoke]]")[0] + '[[smoke]]\nname = "it works"\nenvironments = ["staging"]\n'
    return parse(text + "".join(f"[[smoke.steps]]\n{step}\n" for step in steps)).smoke


def told(*steps: str, template: str = TEMPLATE, **values: str) -> list[str]:
    return list(missing(cfn.load(template, "t"), declared(*steps), "staging", values, {}))


@pytest.mark.parametrize(
    "step",
    [
        'invoke = "Train"',
        'invoke-async = "Cleanup"',
        'schedule = "TrainNightly"',
        'schedule = "Rule"',
        'get = "/health"',
        'object = "s3://{output.Models}/a"',
        'invoke = "{output.Models}"',
    ],
)
def test_what_is_there_or_may_be_is_no_problem(step: str) -> None:
    assert told(step) == []


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('invoke = "Tarin"', "the template has no function Tarin (it has: Cleanup, Train; Train is nearest)"),
        ('invoke-async = "Xyz"', "the template has no function Xyz (it has: Cleanup, Train)"),
        ('schedule = "TrainTopic"', "the template has no schedule TrainTopic"),
        ('object = "s3://{output.Model}/a"', "the template has no output Model (it has: ApiUrl, Models; Models is"),
        ('post = "/x"\ntoken = true', "the template has no output UserPoolClientId"),
        ('post = "/x"\nbody = { a = ["{output.No}"] }', "the template has no output No"),
        ('get = "/x"\nsecret-headers = { k = "{output.No}" }', "the template has no output No"),
        ('item = "t"\nkey = { id = "{output.No}" }', "the template has no output No"),
    ],
)
def test_what_cannot_be_there_is_told_with_the_step_and_what_there_is(step: str, problem: str) -> None:
    (found,) = told('get = "/health"', step)
    assert found.startswith(f"smoke test 'it works', step 2: {problem}")


def test_what_a_condition_leaves_out_is_told_once_the_parameters_are_known() -> None:
    steps = ('invoke = "Cleanup"', 'object = "s3://{output.Models}/a"')
    assert told(*steps) == told(*steps, Bucket="") == []
    cleanup, models = told(*steps, Bucket="theirs")
    assert "function Cleanup is there only under the condition Makes, which does not hold in staging" in cleanup
    assert "output Models is there only under the condition Makes" in models


def test_a_test_of_another_environment_is_not_looked_at() -> None:
    assert list(missing(cfn.load(TEMPLATE, "t"), declared('invoke = "No"'), "production", {}, {})) == []


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE.replace("Transform: AWS::Serverless-2016-10-31", "Transform: [AWS::Serverless-2016-10-31, Ours]"),
        TEMPLATE.replace("Outputs:\n", "Outputs:\n  Fn::ForEach::More: [A, [b], {}]\n"),
        TEMPLATE.replace("Resources:\n", "Resources:\n  Fn::Transform: { Name: AWS::Include }\n"),
    ],
)
def test_what_only_aws_knows_is_not_judged(template: str) -> None:
    assert told('invoke = "FromTheMacro"', template=template) == []


def test_a_placeholder_that_nothing_fills_is_refused_when_the_file_is_read() -> None:
    with pytest.raises(
        UsageError, match=r"line \d+: smoke\.steps names \{id\}, which nothing gives \(known: version, "
    ):
        declared('get = "/items/{id}"', 'get = "/items"\nsave = { id = "id" }')
    assert declared('get = "/items"\nsave = { id = "id" }', 'get = "/items/{id}/{version}"')


def test_in_a_file_from_history_such_a_test_is_left_out_and_named() -> None:
    text = RELEASE_TOML.replace('get = "/health"', 'get = "/{nobody}"', 1)
    then = parse_history(text)
    assert len(then.smoke) == 2
    assert any("is not run" in note for note in then.notes)


NESTED = {
    "Child/": """\
Transform: AWS::Serverless-2016-10-31
Conditions: { Makes: !Equals [a, b] }
Resources:
  Report: { Type: AWS::Serverless::Function, Condition: Makes, Properties: { ImageUri: x } }
  Deep: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./deep.yaml } }
  Daily: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(1 day) } }
""",
    "Child/Deep/": "Resources: { Inner: { Type: AWS::Lambda::Function, Properties: { Code: { ImageUri: y } } } }",
}
ABOVE = TEMPLATE.replace(
    "  Rule:",
    "  Child: { Type: AWS::Serverless::Application, Properties: { Location: ./child.yaml } }\n"
    "  Maybe: { Type: AWS::Serverless::Application, Condition: Makes, Properties: { Location: ./child.yaml } }\n"
    "  Elsewhere: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://s3.test/t' } }\n  Rule:",
)


def nested(step: str, **values: str) -> list[str]:
    below = {place: cfn.load(text, place) for place, text in NESTED.items()}
    below["Maybe/"] = below["Child/"]
    return list(missing(cfn.load(ABOVE, "t"), declared(step), "staging", values, below))


@pytest.mark.parametrize(
    "step",
    [
        'invoke = "Child/Report"',  # its condition depends on parameters of its own
        'invoke-async = "Child/Deep/Inner"',
        'schedule = "Child/Daily"',
        'invoke = "Maybe/Report"',
        'invoke = "Elsewhere/Anything"',  # nobody can tell from here
    ],
)
def test_what_a_nested_template_gives_or_may_give_is_no_problem(step: str) -> None:
    assert nested(step) == []


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('invoke = "Child/Reprot"', "the template has no function Child/Reprot (it has: Child/Report; Child/Report is"),
        ('invoke = "Child/Deep/Outer"', "the template has no function Child/Deep/Outer (it has: Child/Deep/Inner"),
        ('schedule = "Child/Report"', "the template has no schedule Child/Report (it has: Child/Daily"),
        ('invoke = "Chil/Report"', "the template has no nested stack Chil (it has: Child, Elsewhere, Maybe; Child is"),
    ],
)
def test_what_no_nested_template_gives_is_told(step: str, problem: str) -> None:
    """faults.md, 76."""
    (found,) = nested(step)
    assert found.startswith(f"smoke test 'it works', step 1: {problem}")


def test_a_nested_stack_that_a_condition_leaves_out_is_told_once_the_parameters_are_known() -> None:
    assert nested('invoke = "Maybe/Report"', Bucket="") == []
    (found,) = nested('invoke = "Maybe/Report"', Bucket="theirs")
    assert "the nested stack Maybe is there only under the condition Makes, which does not hold in staging" in found


def test_a_template_without_any_transform_is_known_whole() -> None:
    plain = TEMPLATE.replace("Transform: AWS::Serverless-2016-10-31\n", "")
    (found,) = told('invoke = "Cleanupp"', template=plain)
    assert "Cleanup is nearest" in found
