"""One property of a template is changed, and not a byte beside it."""

from __future__ import annotations

import json

import pytest

from release.errors import UsageError
from release.settings.cfn import load
from release.settings.cfnedit import with_properties

BLOCK = """\
# a comment
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./a   # where
      Policies: [!Sub "${X}-y"]
  B:
    Type: AWS::Serverless::Function
    Properties:
      Handler: b.c
"""
FLOW = "Resources: {A: {Type: T, Properties: {CodeUri: a, H: !GetAtt B.C}}, B: {Type: T, Properties: {H: x}}}\n"
JSON = json.dumps({"Resources": {n: {"Type": "T", "Properties": {"H": 1}} for n in "AB"}}, indent=2)
TABS = JSON.replace("  ", "\t")


@pytest.mark.parametrize("text", [BLOCK, FLOW, JSON, TABS])
def test_a_property_is_replaced_or_added_and_everything_else_stays(text: str) -> None:
    after = with_properties(text, "t", {("A", "CodeUri"): "built/A", ("B", "CodeUri"): 'built/"B"'})
    found, before = load(after, "t")["Resources"], load(text, "t")["Resources"]
    assert found["A"]["Properties"] == before["A"]["Properties"] | {"CodeUri": "built/A"}
    assert found["B"]["Properties"] == before["B"]["Properties"] | {"CodeUri": 'built/"B"'}
    assert {name: each["Type"] for name, each in found.items()} == {n: e["Type"] for n, e in before.items()}
    if text in (JSON, TABS):
        json.loads(after)


def test_comments_and_short_tags_stay_as_they_were_written() -> None:
    after = with_properties(BLOCK, "t", {("A", "CodeUri"): "built/A"})
    assert after == BLOCK.replace("CodeUri: ./a ", 'CodeUri: "built/A" ')


@pytest.mark.parametrize("value", ["|\n        ./a\n", ">-\n        ./a\n"])
def test_a_value_over_several_lines_becomes_one(value: str) -> None:
    text = BLOCK.replace("./a   # where\n", value)
    found = load(with_properties(text, "t", {("A", "CodeUri"): "x"}), "t")["Resources"]["A"]["Properties"]
    assert found == {"CodeUri": "x", "Policies": [{"Fn::Sub": "${X}-y"}]}


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  A: {Type: T, Properties: &p {CodeUri: a}}\n  B: {Type: T, Properties: *p}\n",
        "Resources:\n  A: {Type: T, Properties: {CodeUri: &c a}}\n  B: {Type: T, Properties: {CodeUri: *c}}\n",
        "Resources:\n  A: {Type: T, Properties: {CodeUri: {Fn::Sub: a}}}\n",
        "Resources:\n  A: {Type: T}\n",
        "Resources:\n  A: {Type: T, Properties: {}}\n",
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        with_properties(text, "t", {("A", "CodeUri"): "x"})
    assert refusal.value.next_step
