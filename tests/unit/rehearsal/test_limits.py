"""What a rehearsal cannot show, told of the template that is rehearsed."""

from __future__ import annotations

from rehearsal.story.limits import told

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
