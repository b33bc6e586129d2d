"""What expressions of a template come to."""

from __future__ import annotations

from typing import Any

import pytest

from release.adoption.values import Values, short

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Given": {"Type": "String"},
        "Default": {"Type": "String", "Default": "plain"},
        "Empty": {"Type": "String", "Default": ""},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b"},
    },
    "Mappings": {"Sizes": {"staging": {"Name": "small"}}},
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Named": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${AWS::StackName}-jobs"}}},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Perhaps": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::If": ["C", "mine", {"Ref": "AWS::NoValue"}]}},
        },
        "Loop": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::GetAtt": ["Loop", "TopicName"]}}},
    },
}
VALUES = Values(TEMPLATE, {"Given": "staging"})
TABLE = "arn:${AWS::Partition}:dynamodb:*:${AWS::AccountId}:table/<stack>-Table-*"


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("plain", {"plain"}),
        (7, {"7"}),
        ({"Ref": "Given"}, {"staging"}),
        ({"Ref": "Default"}, {"plain"}),
        ({"Ref": "Empty"}, {"*"}),
        ({"Ref": "Stored"}, {"*"}),
        ({"Ref": "Nobody"}, {"*"}),
        ({"Ref": "AWS::StackName"}, {"<stack>"}),
        ({"Ref": "AWS::Region"}, {"*"}),
        ({"Ref": "Table"}, {"<stack>-Table-*"}),
        ({"Ref": "Bucket"}, {"<lower stack>-bucket-*"}),
        ({"Ref": "Topic"}, {"arn:${AWS::Partition}:sns:*:${AWS::AccountId}:<stack>-Topic-*"}),
        ({"Ref": "Named"}, {"*"}),  # a queue's Ref is its URL
        ({"Fn::GetAtt": ["Named", "QueueName"]}, {"<stack>-jobs"}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, {TABLE}),
        ({"Fn::GetAtt": "Table.Arn"}, {TABLE}),
        ({"Fn::GetAtt": ["Table", "StreamArn"]}, {f"{TABLE}/stream/*"}),
        ({"Fn::GetAtt": ["Bucket", "WebsiteURL"]}, {"*"}),
        ({"Fn::Sub": "a-${Given}-${!kept}"}, {"a-staging-${!kept}"}),
        ({"Fn::Sub": ["${X}/${Table.Arn}", {"X": {"Ref": "Default"}}]}, {f"plain/{TABLE}"}),
        ({"Fn::Join": ["-", ["a", {"Ref": "Given"}]]}, {"a-staging"}),
        ({"Fn::Join": ["-", {"Fn::Split": ["/", "a/b"]}]}, {"*"}),
        ({"Fn::If": ["C", "a", {"Ref": "Given"}]}, {"a", "staging"}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Given"}, "Name"]}, {"small"}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Default"}, "Name"]}, {"*"}),
        ({"Fn::ImportValue": "x"}, {"*"}),
        ({"Fn::GetAtt": ["Perhaps", "TopicName"]}, {"mine", "<stack>-Perhaps-*"}),
        ({"Fn::GetAtt": ["Loop", "TopicName"]}, {"<stack>-Loop-*"}),
        ([1, 2], {"*"}),
        (None, {"*"}),
    ],
)
def test_an_expression_comes_to_what_is_sure_and_to_a_star_where_nothing_is(value: Any, texts: set[str]) -> None:
    assert VALUES.texts(value) == texts


def test_more_alternatives_than_anybody_reads_are_anything() -> None:
    either = {"Fn::If": ["C", "a", "b"]}
    assert VALUES.texts({"Fn::Join": ["", [either] * 6]}) == {"*"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain", "plain"),
        ("arn:aws:lambda:eu-west-1:1:function:work:live", "work"),
        ("arn:aws:iam::1:role/path/name", "name"),
    ],
)
def test_an_arn_stands_for_its_name(name: str, said: str) -> None:
    assert short(name) == said
