"""Ways of writing a template that people have: taken as they are meant, or refused with the line and what to write."""

from __future__ import annotations

import re
from typing import Any

import pytest

from release.completion.inferred import inferred, with_images
from release.errors import UsageError
from release.settings import cfn
from tests.support.foreign import MERGED
from tests.support.templates import METADATA, copy_of, image

APP = image("app", "Image")
HEAD = "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Image: {Type: String}\n  Stage: {Type: String}\n"


def refused(text: str, alias: str = "live") -> UsageError:
    with pytest.raises(UsageError) as caught:
        copy_of(text, APP, alias=alias)
    assert caught.value.untouched == "everything"
    assert caught.value.next_step
    return caught.value


def own(text: str, name: str = "F") -> dict[str, Any]:
    return dict(cfn.load(text, "copy")["Resources"][name]["Properties"])


# ---------------------------------------------------------------- an alias whose name is computed


@pytest.mark.parametrize("alias", ["live", "none"])
@pytest.mark.parametrize(
    ("resources", "line"),
    [
        ("  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      ImageUri: !Ref Image\n"
         "      AutoPublishAlias: !Ref Stage\n", 10),
        ("  F: {Type: AWS::Serverless::Function, Properties: {ImageUri: !Ref Image}}\n"
         "  Zip: {Type: AWS::Serverless::Function, Properties: {CodeUri: z, AutoPublishAlias: !Sub '${Stage}'}}\n", 7),
        ("  F: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: !Ref Image}}}\n"
         "  To: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: !Ref Stage}}\n", 7),
    ],
    ids=["its own", "of a ZIP", "a resource of its own"],
)  # fmt: skip
def test_an_alias_whose_name_is_computed_is_refused_with_its_line(resources: str, line: int, alias: str) -> None:
    error = refused(f"{HEAD}Resources:\n{resources}", alias)
    assert error.message.startswith(f"template.yaml, line {line}: ")
    assert "is computed, and a release records the alias that traffic goes to" in error.message


def test_a_computed_alias_of_globals_is_refused_there_and_one_that_a_function_overrides_is_not() -> None:
    text = HEAD + "Globals:\n  Function:\n    AutoPublishAlias: !Ref Stage\nResources:\n"
    function = "  F: {Type: AWS::Serverless::Function, Properties: {ImageUri: !Ref Image%s}}\n"
    error = refused(text + function % "")
    assert error.message.startswith("template.yaml, line 7: AutoPublishAlias of all functions is computed")
    assert "project.alias of release.toml names one" in error.next_step
    assert own(copy_of(text + function % ", AutoPublishAlias: live", APP))["AutoPublishAlias"] == "live"


@pytest.mark.parametrize("place", ["own", "shared"])
def test_what_needs_versions_is_refused_where_there_is_no_alias(place: str) -> None:
    needs = "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}"
    globals_ = f"Globals: {{Function: {{{needs}}}}}\n" if place == "shared" else ""
    more = f", {needs}" if place == "own" else ""
    function = f"  F: {{Type: AWS::Serverless::Function, Properties: {{ImageUri: !Ref Image{more}}}}}\n"
    text = f"{HEAD}{globals_}Resources:\n{function}"
    error = refused(text, alias="none")
    assert "F keeps instances of a version ready, and release.toml gives it no alias" in error.message
    assert copy_of(text, APP)


@pytest.mark.parametrize("value", ["!Ref F.Alias", "!Sub 'x${F.Version}'", "!Sub ['${F.Alias}/${y}', {y: 1}]"])
def test_what_refers_to_a_version_is_refused_where_there_is_none(value: str) -> None:
    text = f"{HEAD}Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{ImageUri: !Ref Image}}}}\n"
    text += f"Outputs:\n  Which: {{Value: {value}}}\n"
    error = refused(text, alias="none")
    assert error.message.startswith("template.yaml, line 8: Which refers to ")
    assert "refer to F itself" in error.next_step
    assert copy_of(text, APP)
    assert copy_of(text.replace("F.", "Fx."), APP, alias="none")


# ---------------------------------------------------------------- what says which image


def test_a_choice_of_images_publishes_a_version_with_every_setting_that_decides_it() -> None:
    uri = "!If [Ours, !Ref Image, 1.dkr.ecr.eu-west-1.amazonaws.com/theirs@sha256:0]"
    text = (
        f"{HEAD}Conditions: {{Ours: !Equals [!Ref Stage, live]}}\nResources:\n"
        f"  F: {{Type: AWS::Serverless::Function, Properties: {{PackageType: Image, ImageUri: {uri}}}}}\n"
    )
    found = own(copy_of(text, APP))["ImageUri"]["Fn::Select"]
    choice, *rest = found[1]["Fn::Split"][1]["Fn::Join"][1]
    assert choice == {"Fn::If": ["Ours", {"Ref": "Image"}, "1.dkr.ecr.eu-west-1.amazonaws.com/theirs@sha256:0"]}
    assert rest == [{"Ref": "ReleaseVersion"}, {"Ref": "GitSha"}, {"Ref": "Stage"}]
    assert copy_of(copy_of(text, APP), APP) == copy_of(text, APP)
    assert own(copy_of(text, APP, alias="none"))["ImageUri"] == choice


def test_a_choice_between_two_images_and_one_of_no_image_are_refused() -> None:
    function = "  F: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: %s}}\n"
    text = f"{HEAD}  Other: {{Type: String}}\nResources:\n{function}"
    with pytest.raises(UsageError, match=r"line 7: F may run Image or Other, and a release proves one image"):
        copy_of(text % "!If [C, !Ref Image, !Ref Other]", APP, image("other", "Other"))
    assert "runs no image under some condition" in refused(text % "!If [C, !Ref Image, !Ref AWS::NoValue]").message


@pytest.mark.parametrize(("written", "said"), [("!Ref Stage", "computed"), ("Container", "Container")])
def test_a_package_type_that_is_neither_is_refused(written: str, said: str) -> None:
    error = refused(
        f"{HEAD}Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        f"      PackageType: {written}\n      ImageUri: !Ref Image\n"
    )
    assert error.message.startswith(f"template.yaml, line 9: the PackageType of F is {said}, and a release must know")
    assert error.next_step == "write PackageType: Image, or Zip, for F"


# ---------------------------------------------------------------- loops

LOOP = """\
  Fn::ForEach::Workers:
    - Name
    - [One, Two]
    - "${Name}Function":
        Type: AWS::Serverless::Function
        Properties: {%s}
"""


@pytest.mark.parametrize("properties", ["ImageUri: !Ref Image", "PackageType: Image", "PackageType: !Ref Stage"])
def test_a_loop_that_makes_functions_with_images_is_refused_with_its_line(properties: str) -> None:
    error = refused(f"{HEAD}Resources:\n{LOOP % properties}")
    assert error.message.startswith("template.yaml, line 6: Workers is a loop that makes functions with images")
    assert "write these functions out" in error.next_step


def test_a_loop_in_a_loop_is_looked_into() -> None:
    inner = (LOOP % "ImageUri: !Ref Image").replace("Workers", "Inner").replace("\n  ", "\n        ")
    error = refused(
        f"{HEAD}Resources:\n  Fn::ForEach::Outer:\n    - Stage\n    - [a]\n    -\n      {inner.lstrip(' ')}"
    )
    assert "Outer is a loop" in error.message


def test_a_loop_of_anything_else_stays_as_it_is() -> None:
    function = "  F: {Type: AWS::Serverless::Function, Properties: {ImageUri: !Ref Image}}\n"
    text = f"{HEAD}Resources:\n{LOOP % 'CodeUri: z, Handler: a.b, Runtime: python3.13'}{function}"
    assert LOOP % "CodeUri: z, Handler: a.b, Runtime: python3.13" in copy_of(text, APP)


# ---------------------------------------------------------------- Globals


@pytest.mark.parametrize("key", ["PackageType: Image", "ImageUri: x", "ImageConfig: {Command: [a.b]}"])
def test_what_sam_takes_of_functions_alone_is_refused_in_globals(key: str) -> None:
    text = METADATA.replace("    Timeout: 15 # seconds\n", f"    {key}\n")
    error = refused(text)
    name = key.partition(":")[0]
    line = text[: text.index(f"    {key}")].count("\n") + 1
    assert error.message == f"template.yaml, line {line}: Globals gives every function {name}, which SAM refuses there"
    assert error.next_step == f"move {name} from Globals into each function that runs an image"


@pytest.mark.parametrize("key", ["Runtime: python3.13", "Handler: app.handler", "Layers: [arn]"])
def test_what_globals_give_of_zip_files_is_refused_with_both_ways_out(key: str) -> None:
    text = METADATA.replace("    Timeout: 15 # seconds\n", f"    {key}\n")
    name = key.partition(":")[0]
    error = refused(text)
    assert f"Globals gives every function {name}, and DetectFunction runs an image" in error.message
    assert f"IgnoreGlobals: [{name}]" in error.next_step
    ignoring = text.replace("    Type: AWS::Serverless::Function\n", "    Type: AWS::Serverless::Function\n"
                            f"    IgnoreGlobals: [{name}]\n")  # fmt: skip
    assert copy_of(ignoring)


# ---------------------------------------------------------------- YAML merges


def test_what_a_merge_brings_is_the_function_s_and_both_get_what_a_release_needs() -> None:
    found = inferred("template.yaml", lambda _: MERGED.encode(), {})
    assert [(each.name, each.build.target) for each in found] == [("one", ""), ("two", "two")]
    copy = copy_of(MERGED)
    for name, memory in (("One", "512"), ("Two", "1024")):
        variables = {"LEVEL": "info", "RELEASE_VERSION": {"Ref": "ReleaseVersion"}, "GIT_SHA": {"Ref": "GitSha"}}
        assert own(copy, name)["Environment"]["Variables"] == variables
        assert (own(copy, name)["MemorySize"], own(copy, name)["PackageType"]) == (memory, "Image")
        parameter = {"Ref": f"{name}ImageUri"}
        assert own(copy, name)["ImageUri"]["Fn::Select"][1]["Fn::Split"][1]["Fn::Join"][1][0] == parameter
    assert "      <<: *base\n" in copy
    assert copy_of(copy) == copy


def test_a_resource_whose_type_comes_from_a_merge_is_a_function_too() -> None:
    text = f"{HEAD}Resources:\n  F: &f {{Type: AWS::Serverless::Function, Properties: {{ImageUri: !Ref Image}}}}\n"
    text += "  G: {<<: *f, Properties: {ImageUri: !Ref Image, Timeout: 3}}\n"
    copy = copy_of(text, APP)
    assert own(copy, "G")["AutoPublishAlias"] == own(copy, "F")["AutoPublishAlias"] == "live"


def test_a_merge_that_would_give_another_resource_what_a_function_gets_is_refused_with_its_line() -> None:
    text = f"{HEAD}Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: &p {{ImageUri: !Ref Image}}}}\n"
    error = refused(f"{text}  Queue: {{Type: AWS::SQS::Queue, Properties: {{<<: *p, DelaySeconds: 3}}}}\n")
    assert error.message.startswith("template.yaml, line 7: Resources.Queue.Properties")
    assert "a YAML merge or alias may share it" in error.message


# ---------------------------------------------------------------- an ImageUri that is a folder


@pytest.mark.parametrize(("uri", "folder"), [(".", "."), ("./detect", "detect"), (r".\\detect", "detect")])
def test_an_image_uri_that_is_a_folder_is_built_from_its_dockerfile(uri: str, folder: str) -> None:
    text = f'Resources:\n  F: {{Type: AWS::Lambda::Function, Properties: {{Code: {{ImageUri: "{uri}"}}}}}}\n'
    (found,) = inferred("template.yaml", lambda _: text.encode(), {})
    dockerfile = "Dockerfile" if folder == "." else f"{folder}/Dockerfile"
    assert (found.build.dockerfile, found.build.context) == (dockerfile, folder)
    assert own(copy_of(text))["Code"]["ImageUri"] == {"Ref": "FImageUri"}
    files = {"template.yaml": text.encode(), dockerfile: b"FROM scratch\n"}
    assert f'dockerfile = "{dockerfile}"' in with_images('[project]\nname = "app"\n', files.__getitem__)


@pytest.mark.parametrize(
    ("uri", "said"),
    [("./image.tar.gz", "runs ./image.tar.gz, an archive"), ("../other", "is outside the repository")],
)
def test_an_image_uri_that_is_an_archive_or_outside_is_refused(uri: str, said: str) -> None:
    function = f"{{Type: AWS::Serverless::Function, Properties: {{PackageType: Image, ImageUri: {uri}}}}}"
    with pytest.raises(UsageError) as caught:
        inferred("template.yaml", lambda _: f"Resources:\n  F: {function}\n".encode(), {})
    assert caught.value.message.startswith("template.yaml, line 2: ")
    assert said in caught.value.message


@pytest.mark.parametrize("logical_id", ["Blueprint.1Function", "a_b-Function", "1"])
def test_an_image_has_a_name_that_a_table_can_have_whatever_the_function_is_called(logical_id: str) -> None:
    text = f"Resources:\n  '{logical_id}': {{Type: AWS::Lambda::Function, Properties: {{Code: {{ImageUri: .}}}}}}\n"
    (found,) = inferred("template.yaml", lambda _: text.encode(), {})
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", found.name)
