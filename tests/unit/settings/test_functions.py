"""Which functions a template has, and which of them run an image of ours."""

from __future__ import annotations

from release.settings import cfn
from release.settings.functions import TemplateFunction, functions

TEMPLATE = """
Resources:
  Export: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref ImageUri}}
  Retry: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Sub "${ImageUri}"}}
  Plain: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: !Ref ReportImageUri}}}
  Clean: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}
  Theirs: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: "1.dkr.ecr/x@sha256:0"}}
  Built: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}}
  Mixed: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: !Sub "${ImageUri}:tag"}}}
  Hashed:
    Type: AWS::Serverless::Function
    Properties:
      ImageUri: !Select [0, !Split ["|", !Join ["|", [!Ref ReportImageUri, !Ref ReleaseVersion, !Sub "${GitSha}"]]]]
  Either: {Type: AWS::Serverless::Function, Properties: {ImageUri: !If [C, !Ref ImageUri, !Ref ReportImageUri]}}
  Queue: {Type: AWS::SQS::Queue}
"""


def test_each_function_is_known_by_its_logical_id_and_by_what_it_runs() -> None:
    """faults.md, 58: one image may be several functions'."""
    found = functions(cfn.load(TEMPLATE, "t"), {"ImageUri": "export", "ReportImageUri": "report"})
    assert found == (
        TemplateFunction("Export", "export", "image"),
        TemplateFunction("Retry", "export", "image"),
        TemplateFunction("Plain", "report", "image"),
        TemplateFunction("Clean", "", "zip"),
        TemplateFunction("Theirs", "", "foreign image"),
        TemplateFunction("Built", "", "foreign image"),
        TemplateFunction("Mixed", "export", "image"),
        TemplateFunction("Hashed", "report", "image"),
        TemplateFunction("Either", "", "foreign image"),
    )


def test_an_alias_is_the_functions_own_its_neighbours_or_a_resource_of_its_own() -> None:
    template = """
Globals: {Function: {AutoPublishAlias: live}}
Resources:
  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}
  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, AutoPublishAlias: prod}}
  C: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, AutoPublishAlias: !Ref AliasName}}
"""
    found = functions(cfn.load(template, "t"), {}, "green")
    assert {each.logical_id: each.alias for each in found} == {"A": "live", "B": "prod", "C": "green"}
    apart = """
Resources:
  A: {Type: AWS::Lambda::Function, Properties: {Code: src}}
  B: {Type: AWS::Lambda::Function, Properties: {Code: src}}
  ToA: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref A, Name: live}}
"""
    assert {each.logical_id: each.alias for each in functions(cfn.load(apart, "t"), {})} == {"A": "live", "B": ""}


def test_a_template_without_functions_has_none() -> None:
    assert functions({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}, {}) == ()
    assert functions({}, {}) == ()
