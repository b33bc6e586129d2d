"""Templates nested in the stack's own are copied with it, and their functions are part of the release."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from release.completion import starts, tree
from release.completion.complete import Wanted
from release.completion.inferred import inferred
from release.completion.places import places
from release.errors import NotFoundError, UsageError
from release.settings import cfn
from release.settings.images import ImageSpec
from tests.support.templates import image

ROOT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  # theirs
  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}
"""
CHILD = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, MemorySize: 512}
    Metadata: {Dockerfile: Dockerfile, DockerContext: ../api}
  Zip:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: .}
"""


def reader(**files: str) -> Callable[[str], bytes]:
    there = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}

    def read(path: str) -> bytes:
        if path not in there:
            raise NotFoundError(path)
        return there[path].encode()

    return read


def wanted(read: Callable[[str], bytes], *explicit: ImageSpec) -> Wanted:
    images = {each.name: each for each in explicit}
    for each in inferred("template.yaml", read, {name: {"parameter": one.parameter} for name, one in images.items()}):
        images[each.name] = image(each.name, each.parameter, each.build.dockerfile, each.build.context)
    return Wanted(images, "live")


def both(root: str = ROOT, child: str = CHILD, *explicit: ImageSpec) -> tuple[str, str]:
    read = reader(template=root, child__template=child)
    made = tree.copies("template.yaml", read, wanted(read, *explicit))
    return made["template.yaml"].decode(), made["child/template.yaml"].decode()


def test_an_image_that_a_nested_template_builds_is_found_with_paths_from_that_template() -> None:
    (found,) = inferred("template.yaml", reader(template=ROOT, child__template=CHILD), {})
    assert (found.name, found.build.dockerfile, found.build.context) == ("api", "api/Dockerfile", "api")
    assert found.functions == ("Child/ApiFunction",)


def test_what_the_nested_copy_takes_the_outer_one_hands_on() -> None:
    outer, inner = (cfn.load(text, "copy") for text in both())
    names = ["ApiImageUri", "ReleaseVersion", "GitSha", "PermissionsBoundaryArn"]
    assert list(inner["Parameters"]) == names
    assert list(outer["Parameters"]) == names
    assert outer["Resources"]["Child"]["Properties"]["Parameters"] == {name: {"Ref": name} for name in names}
    assert "Outputs" not in inner
    assert list(outer["Outputs"]) == ["ReleaseVersion", "GitSha"]
    own = inner["Resources"]["ApiFunction"]["Properties"]
    assert (own["AutoPublishAlias"], own["AutoPublishAliasAllProperties"]) == ("live", "true")


def test_the_copies_of_copies_are_the_copies_and_theirs_stay_line_by_line() -> None:
    outer, inner = both()
    assert both(outer, inner) == (outer, inner)
    for line in ("  # theirs\n", "Resources:\n"):
        assert line in outer
    assert set(CHILD.splitlines()) - set(inner.splitlines()) == {
        "    Properties: {PackageType: Image, MemorySize: 512}",
        "    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: .}",
    }


def test_functions_are_called_by_the_stacks_that_lead_to_them() -> None:
    root = ROOT + "  Other: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child/template.yaml}}\n"
    read = reader(template=root, child__template=CHILD)
    found = {
        each.logical_id: (each.image, each.alias) for each in tree.functions_of("template.yaml", read, wanted(read))
    }
    assert found == {
        f"{stack}/{name}": said
        for stack in ("Child", "Other")
        for name, said in (("ApiFunction", ("api", "live")), ("Zip", ("", "")))
    }


def test_a_nested_function_is_started_with_its_own_template_s_memory() -> None:
    read = reader(template=ROOT, child__template=CHILD)
    (found,) = starts.of_functions("template.yaml", read, wanted(read), {})["api"]
    assert (found.logical_id, found.memory) == ("Child/ApiFunction", 512)


GIVEN_ROOT = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  ApiImage: {Type: String}
Resources:
  Child:
    Type: AWS::Serverless::Application
    Properties:
      Location: child/template.yaml
      Parameters: {Image: !Ref ApiImage}
"""
GIVEN_CHILD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Image: {Type: String}
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Ref Image}
"""
API = image("api", "ApiImage")


def test_an_image_that_is_handed_on_under_another_name_is_the_nested_function_s() -> None:
    outer, inner = both(GIVEN_ROOT, GIVEN_CHILD, API)
    parameters = cfn.load(outer, "copy")["Resources"]["Child"]["Properties"]["Parameters"]
    assert parameters["Image"] == {"Ref": "ApiImage"}
    assert "ApiImage" not in cfn.load(inner, "copy")["Parameters"]
    read = reader(template=GIVEN_ROOT, child__template=GIVEN_CHILD)
    (found,) = tree.functions_of("template.yaml", read, wanted(read, API))
    assert (found.logical_id, found.image) == ("Child/ApiFunction", "api")


def test_one_template_that_two_stacks_give_different_images_is_refused() -> None:
    root = GIVEN_ROOT.replace("Resources:", "  Second: {Type: String}\nResources:") + (
        "  Other: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml,"
        " Parameters: {Image: !Ref Second}}}\n"
    )
    with pytest.raises(UsageError, match="another image than another stack does"):
        both(root, GIVEN_CHILD, API, image("second", "Second", "second/Dockerfile", "second"))


def test_a_version_that_is_handed_on_as_something_else_is_refused_with_the_line() -> None:
    root = ROOT.replace("child/template.yaml}", "child/template.yaml, Parameters: {ReleaseVersion: mine}}")
    with pytest.raises(UsageError, match=r"template.yaml, line 4: Child is given ReleaseVersion, which is something"):
        both(root)


def test_a_nested_template_without_images_gets_the_boundary_of_its_roles_and_nothing_else() -> None:
    child = "Resources: {Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}}\n"
    outer, inner = (cfn.load(text, "copy") for text in both(child=child))
    assert list(inner["Parameters"]) == ["PermissionsBoundaryArn"]
    handed = outer["Resources"]["Child"]["Properties"]["Parameters"]
    assert handed == {"PermissionsBoundaryArn": {"Ref": "PermissionsBoundaryArn"}}


def test_templates_that_nest_in_each_other_and_ones_that_are_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match="nest in each other"):
        places("template.yaml", reader(template=ROOT.replace("child/", "")))
    with pytest.raises(NotFoundError, match=r"Child\.Location names child/template.yaml"):
        places("template.yaml", reader(template=ROOT))
