"""What sam has to build before it can run: decided from the template and the files beside the code."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from release.errors import NotFoundError, UsageError
from release.settings.codebuilds import CodeBuild, code_builds, code_folders


def builds(files: Mapping[str, str], template: str = "template.yaml") -> tuple[CodeBuild, ...]:
    def read(path: str) -> bytes:
        if path not in files:
            raise NotFoundError(f"no {path}")
        return files[path].encode()

    def exists(path: str) -> bool:
        return any(name == path or name.startswith(f"{path}/") for name in files)

    return code_builds(template, read, exists)


def names(template: str, *files: str) -> list[str]:
    return [each.logical_id for each in builds({"template.yaml": template, **dict.fromkeys(files, "")})]


FUNCTION = "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ./fn/, Runtime: %s}%s}}"
LAYER = "Resources: {L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}%s}}"
METHOD = ", Metadata: {BuildMethod: python3.13}"


def test_a_function_whose_code_declares_packages_is_built_with_its_runtime() -> None:
    template = FUNCTION % ("python3.13", "")
    found = builds({"template.yaml": template, "fn/requirements.txt": "", "fn/app.py": ""})
    assert found == (CodeBuild("template.yaml", "F", "CodeUri", "fn", "python3.13"),)
    assert found[0].place == found[0].written == "built-by-sam/F"


@pytest.mark.parametrize(
    ("template", "files", "expected"),
    [
        (FUNCTION % ("python3.13", ""), ["fn/app.py"], []),
        (FUNCTION % ("nodejs22.x", ""), ["fn/requirements.txt"], []),
        (FUNCTION % ("nodejs22.x", ", Metadata: {BuildMethod: esbuild}"), ["fn/a.ts"], ["F"]),
        (FUNCTION % ("!Ref Runtime", ""), ["fn/requirements.txt"], ["F"]),
        (LAYER % METHOD, ["layer/x.py"], ["L"]),
        (LAYER % "", ["layer/python/x.py", "layer/requirements.txt"], []),
        (LAYER % "", ["layer/x.py"], []),
        ("Globals: {Function: {CodeUri: fn, Runtime: python3.13}}\nResources: {F: {Type: AWS::Serverless::Function}}",
         ["fn/requirements.txt"], ["F"]),
        ("Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: fn, Runtime: python3.13}}}",
         ["fn/requirements.txt"], ["F"]),
        ("Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}}}}", [], []),
        ("Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: 's3://b', Runtime: python3.13}}}",
         ["requirements.txt"], []),
        ("Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: f.zip}, Metadata: {BuildMethod: x}}}",
         ["f.zip"], []),
        ("Resources: {F: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref P}}}",
         ["requirements.txt"], []),
        ("Resources: {F: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}, "
         "Metadata: {Dockerfile: Dockerfile, DockerContext: ./app, DockerTag: v1}}}", ["app/requirements.txt"], []),
    ],
)  # fmt: skip
def test_what_is_built_and_what_is_taken_as_it_is(template: str, files: list[str], expected: list[str]) -> None:
    assert names(template, *files) == expected


def test_a_layer_that_declares_packages_and_not_how_they_are_built_is_refused() -> None:
    """sam would take the list of packages for the layer."""
    with pytest.raises(
        UsageError, match=r"layer L has a requirements\.txt, and nothing says how it is built"
    ) as refusal:
        names(LAYER % "", "layer/requirements.txt")
    assert "BuildMethod" in refusal.value.next_step


def test_the_functions_of_nested_templates_are_built_beside_their_template() -> None:
    nested = "Resources: {N: {Type: AWS::Serverless::Application, Properties: {Location: child/t.yaml}}}"
    child = "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ../fn, Runtime: python3.13}}}"
    found = builds({"template.yaml": nested, "child/t.yaml": child, "fn/requirements.txt": ""})
    assert found == (CodeBuild("child/t.yaml", "F", "CodeUri", "fn", "python3.13"),)
    assert (found[0].place, found[0].written) == ("child/built-by-sam/F", "built-by-sam/F")


def test_everything_that_ships_as_zip_is_known_by_name_packed_or_not() -> None:
    template = """
Resources:
  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a}}
  B: {Type: AWS::Lambda::Function, Properties: {Code: b.zip}}
  I: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref P}}
  N: {Type: AWS::Serverless::Application, Properties: {Location: child/t.yaml}}
"""
    files = {"template.yaml": template, "child/t.yaml": LAYER % ""}
    found = code_folders("template.yaml", lambda path: files[path].encode())
    assert found == {"A": "a", "B": "b.zip", "child.t.yaml.L": "child/layer"}
