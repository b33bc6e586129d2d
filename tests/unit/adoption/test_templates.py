"""Which file is the template that is released, and what is said where none is."""

from __future__ import annotations

import pytest

from release.adoption.templates import choose
from release.errors import NotFoundError, ReleaseError, UsageError
from tests.fakes.adoption import FakeFiles

SAM = b"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
"""
ZIP = b"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Work: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: .}}
"""
PARENT = b"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Part: {Type: AWS::Serverless::Application, Properties: {Location: ./part/template.yaml}}
"""


def chosen(files: dict[str, bytes], named: str = "", below: str = "") -> str:
    repository = FakeFiles(files)
    return choose(repository.paths, repository.read, named, below).path


def refusal(files: dict[str, bytes], named: str = "", below: str = "") -> ReleaseError:
    with pytest.raises(ReleaseError) as refused:
        chosen(files, named, below)
    assert refused.value.untouched
    return refused.value


@pytest.mark.parametrize(
    "path", ["template.yaml", "template.yml", "infra/template.yaml", "app-template.yaml", "sam/orders.template"]
)
def test_a_template_with_a_usual_name_is_found_in_any_folder(path: str) -> None:
    assert chosen({path: SAM, "compose.yaml": b"services: {}\n"}) == path


def test_json_is_read_too() -> None:
    text = (
        b'{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"W": {"Type": "AWS::Serverless::Function", '
        b'"Properties": {"PackageType": "Image"}, "Metadata": {"Dockerfile": "Dockerfile", "DockerContext": "."}}}}'
    )
    assert chosen({"template.json": text}) == "template.json"


def test_another_name_is_found_by_what_stands_in_the_file() -> None:
    assert chosen({"infra/orders.yaml": SAM, "infra/values.yaml": b"x: {{ y }}\n"}) == "infra/orders.yaml"


def test_a_template_that_ships_only_zips_is_nobody_s_rival() -> None:
    assert chosen({"orders/template.yaml": SAM, "tools/template.yaml": ZIP}) == "orders/template.yaml"


def test_what_tools_made_does_not_count() -> None:
    files = {"template.yaml": SAM, ".aws-sam/build/template.yaml": SAM, "cdk.out/x.template.json": b"{"}
    assert chosen(files) == "template.yaml"


def test_a_nested_template_is_part_of_the_one_that_names_it() -> None:
    assert chosen({"template.yaml": PARENT, "part/template.yaml": SAM}) == "template.yaml"


def test_two_templates_are_refused_with_the_option_that_names_one() -> None:
    refused = refusal({"a/template.yaml": SAM, "b/template.yaml": SAM})
    assert isinstance(refused, UsageError)
    assert "a/template.yaml, b/template.yaml" in refused.message
    assert refused.next_step == "name the one: release init --template a/template.yaml"
    assert chosen({"a/template.yaml": SAM, "b/template.yaml": SAM}, named="b/template.yaml") == "b/template.yaml"


def test_in_a_folder_of_a_monorepo_only_what_lies_there_counts() -> None:
    assert chosen({"a/template.yaml": SAM, "b/template.yaml": SAM}, below="b") == "b/template.yaml"
    assert "in b" in refusal({"a/template.yaml": SAM, "b/README.md": b""}, below="b").message


def test_a_named_template_that_is_not_there_is_refused() -> None:
    assert isinstance(refusal({"template.yaml": SAM}, named="x.yaml"), NotFoundError)


def test_a_template_that_is_no_yaml_is_refused_by_name() -> None:
    assert "template.yaml is no CloudFormation template" in refusal({"template.yaml": b"Resources: ["}).message


def test_a_repository_without_a_template_is_told_how_to_begin_one() -> None:
    refused = refusal({"README.md": b""})
    assert refused.message == "there is no SAM template in this repository"
    assert "sam init --package-type Image" in refused.next_step


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("cdk.json", "a CDK app (cdk.json)"),
        ("app/cdk.json", "a CDK app (cdk.json)"),
        ("infra/main.tf", "Terraform (infra/main.tf)"),
        ("serverless.yml", "the Serverless Framework (serverless.yml)"),
        ("serverless.ts", "the Serverless Framework (serverless.ts)"),
        ("Pulumi.yaml", "Pulumi (Pulumi.yaml)"),
    ],
)
def test_another_tool_s_stack_is_called_not_supported_with_what_to_do(path: str, what: str) -> None:
    refused = refusal({path: b"x: 1\n"})
    assert what in refused.message
    assert "not supported" in refused.message
    assert "describe the functions in a SAM template" in refused.next_step


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ZIP, "no function that runs a container image"),
        (b"Resources: {Q: {Type: AWS::SQS::Queue}}\n", "has no Lambda function"),
        (b"openapi: 3.0.0\n", "is no CloudFormation template with resources"),
    ],
)
def test_a_template_without_image_functions_is_refused(text: bytes, problem: str) -> None:
    assert problem in refusal({"template.yaml": text}).message
    assert "PackageType: Image" in refusal({"template.yaml": text}, named="template.yaml").next_step


def test_a_cdk_app_with_a_template_of_its_own_releases_that_one() -> None:
    assert chosen({"cdk.json": b"{}", "service/template.yaml": SAM}) == "service/template.yaml"
