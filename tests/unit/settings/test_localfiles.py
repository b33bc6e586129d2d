"""What a template takes along: every local path it names, its nested templates' too (faults.md, 57)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from release.errors import NotFoundError, UsageError
from release.settings.localfiles import local_paths


def paths(files: Mapping[str, str], template: str = "template.yaml") -> dict[str, str]:
    """Path -> who names it."""

    def read(path: str) -> bytes:
        if path not in files:
            raise NotFoundError(f"no {path}")
        return files[path].encode()

    return {each.path: each.by for each in local_paths(template, read)}


def only(resources: str, template: str = "template.yaml") -> set[str]:
    return set(paths({template: f"Resources:\n{resources}"}, template))


def test_code_layers_definitions_and_includes_are_found() -> None:
    template = """
Globals: {Function: {Runtime: python3.13}}
Resources:
  Clean: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/clean/, Handler: app.handler}}
  Plain: {Type: AWS::Lambda::Function, Properties: {Code: ./src/plain}}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/shared}}
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: states.asl.json}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: api/openapi.yaml}}
  Old: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: api/old.yaml}}
  Job: {Type: AWS::Glue::Job, Properties: {Command: {ScriptLocation: jobs/nightly.py}}}
"""
    assert paths({"template.yaml": template}) == {
        "src/clean": "template.yaml: Clean.CodeUri",
        "src/plain": "template.yaml: Plain.Code",
        "layers/shared": "template.yaml: Layer.ContentUri",
        "states.asl.json": "template.yaml: Machine.DefinitionUri",
        "api/openapi.yaml": "template.yaml: AWS::Include in Resources.Api.Properties.DefinitionBody",
        "api/old.yaml": "template.yaml: Old.BodyS3Location",
        "jobs/nightly.py": "template.yaml: Job.Command.ScriptLocation",
    }


def test_what_is_elsewhere_already_is_no_file_of_ours() -> None:
    assert not only(
        """
  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: "s3://bucket/key"}}
  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: {Bucket: b, Key: k}}}
  C: {Type: AWS::Serverless::Function, Properties: {InlineCode: "def handler(): ..."}}
  D: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: !Ref Where}}
  E: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://example.com/t.yaml}}
  F: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: x, SemanticVersion: 1.0.0}}}
"""
    )


@pytest.mark.parametrize(
    "properties",
    ["{PackageType: Image, ImageUri: !Ref P}", "{PackageType: Image}", "{ImageUri: !Ref P}"],
)
def test_an_image_function_has_no_code_folder(properties: str) -> None:
    assert not only(f"  A: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n")


def test_a_package_type_that_all_functions_share_counts_for_each() -> None:
    template = (
        "Globals: {Function: {PackageType: Image}}\n"
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {MemorySize: 512}}}\n"
    )
    assert not paths({"template.yaml": template})


def test_a_code_folder_that_all_functions_share_is_found() -> None:
    template = (
        "Globals: {Function: {CodeUri: src}}\n"
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}}\n"
    )
    assert set(paths({"template.yaml": template})) == {"src"}


def test_a_function_that_names_no_code_takes_the_templates_folder() -> None:
    """As sam package does."""
    assert only("  A: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n", "sub/template.yaml") == {"sub"}


def test_paths_of_a_nested_template_are_its_own() -> None:
    found = paths(
        {
            "infra/template.yaml": (
                "Resources: {N: {Type: AWS::Serverless::Application, Properties: {Location: n/t.yaml}}}"
            ),
            "infra/n/t.yaml": "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ../../src}}}",
        },
        "infra/template.yaml",
    )
    assert found == {"infra/n/t.yaml": "infra/template.yaml: N.Location", "src": "infra/n/t.yaml: F.CodeUri"}


def test_a_nested_template_that_is_not_there_is_refused_by_name() -> None:
    template = "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gone.yaml}}}"
    with pytest.raises(NotFoundError, match=r"N\.TemplateURL names gone\.yaml"):
        paths({"template.yaml": template})


def test_templates_that_nest_in_each_other_are_refused() -> None:
    one = "Resources: {N: {Type: AWS::Serverless::Application, Properties: {Location: %s}}}"
    with pytest.raises(UsageError, match="nest in each other"):
        paths({"a.yaml": one % "b.yaml", "b.yaml": one % "a.yaml"}, "a.yaml")


@pytest.mark.parametrize("written", ["../elsewhere", "/etc/passwd", "a/../../b", "~/code", "..\\up"])
def test_a_path_out_of_the_repository_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="outside the repository"):
        only(f"  A: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: '{written}'}}}}\n")


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "x: " + "[" * 500 + "]" * 500, "a: !Ref\n  b: c: d", "\x00"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"template\.yaml is no CloudFormation template"):
        paths({"template.yaml": text})


def test_a_template_without_resources_takes_nothing_along() -> None:
    assert paths({"template.yaml": "Resources: 3\n"}) == {}


def test_what_a_template_shows_of_itself_in_public_is_taken_along() -> None:
    """As sam package does (``AWS::ServerlessRepo::Application``)."""
    template = """
Metadata:
  AWS::ServerlessRepo::Application: {Name: x, LicenseUrl: LICENSE.txt, ReadmeUrl: https://example.com/README.md}
  AWS::CloudFormation::Interface: {LicenseUrl: no}
"""
    assert paths({"template.yaml": template}) == {
        "LICENSE.txt": "template.yaml: Metadata.AWS::ServerlessRepo::Application.LicenseUrl"
    }


def test_a_nested_template_that_cannot_be_read_is_refused_with_who_names_it() -> None:
    template = "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: n.yaml}}}"
    with pytest.raises(UsageError, match=r"n\.yaml is no Cloud.*\(named by template\.yaml: N\.TemplateURL\)"):
        paths({"template.yaml": template, "n.yaml": "- a"})


def test_three_functions_of_one_image_take_nothing_along() -> None:
    shared = "Properties: {PackageType: Image, ImageUri: !Ref ImageUri, ImageConfig: {Command: [app.x]}}"
    names = ("ApiFunction", "WorkerFunction", "SchedulerFunction")
    functions = "".join(f"  {name}: {{Type: AWS::Serverless::Function, {shared}}}\n" for name in names)
    assert not paths({"template.yaml": f"Globals: {{Function: {{AutoPublishAlias: live}}}}\nResources:\n{functions}"})


def test_an_image_that_the_template_describes_itself_takes_nothing_along() -> None:
    described = "Metadata: {Dockerfile: Dockerfile, DockerContext: ./app, DockerTag: v1}"
    function = f"{{Type: AWS::Serverless::Function, Properties: {{PackageType: Image}}, {described}}}"
    assert not paths({"template.yaml": f"Resources: {{ApiFunction: {function}}}"})
