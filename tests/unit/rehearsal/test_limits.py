"""What a rehearsal cannot show, told of the template that is rehearsed."""

from __future__ import annotations

from rehearsal.story.limits import special, told
from release.adoption.expanded import Expanded
from release.adoption.values import Values
from release.settings.environments import EnvironmentSpec

MADE = {"AWS::Lambda::Function", "AWS::Events::Rule", "AWS::IAM::Role", "AWS::S3::Bucket"}


def test_only_what_the_template_has_is_told() -> None:
    assert told({"AWS::Lambda::Function": ["Shop"], "AWS::S3::Bucket": ["Orders"]}, MADE) == ()


def test_a_type_is_told_with_its_resources() -> None:
    (line,) = told({"AWS::Events::Rule": ["A", "B", "C", "D", "E"]}, MADE)
    assert line.startswith("AWS::Events::Rule (A, B, C and 2 more): rules are made; a smoke test (schedule)")


def test_types_with_the_same_limit_share_a_line() -> None:
    (line,) = told({"AWS::IAM::Policy": ["P"], "AWS::IAM::Role": ["R"]}, MADE | {"AWS::IAM::Policy"})
    assert line == "AWS::IAM::Policy (P), AWS::IAM::Role (R): roles and policies are made; no call is judged by them"


def test_a_type_that_the_emulation_does_not_know_is_a_placeholder_and_said() -> None:
    (line,) = told({"AWS::Synthetics::Canary": ["Look"], "Custom::Thing": ["T"]}, MADE)
    assert line.startswith("AWS::Synthetics::Canary (Look): not a type that the emulation knows")


def test_a_source_whose_events_never_come_and_a_custom_resource_that_nobody_answers_are_told() -> None:
    mapping, custom = "AWS::Lambda::EventSourceMapping", "Custom::Thing"
    resources = {
        "Answers": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Orders": {"Type": mapping, "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}},
        "Kafka": {"Type": mapping, "Properties": {"Topics": ["a"], "EventSourceArn": "arn:aws:kafka:x"}},
        "Mine": {"Type": custom, "Properties": {"ServiceToken": {"Fn::GetAtt": ["Answers", "Arn"]}}},
        "Given": {"Type": custom, "Properties": {"ServiceToken": {"Ref": "Token"}}},
        "Theirs": {"Type": custom, "Properties": {"ServiceToken": {"Fn::ImportValue": "shared-function"}}},
    }
    template = {"Parameters": {"Token": {"Type": "String"}}, "Resources": resources}
    spec = EnvironmentSpec("test", "app-test", "eu-west-1", "", {}, "")
    assert special([Expanded(spec, (Values(template, {}),))]) == (
        "Kafka: no event comes from Kafka, a message broker or DocumentDB",
        "Theirs: what answers for it is not in this stack; a placeholder stands there",
    )
    assert special([]) == ()
