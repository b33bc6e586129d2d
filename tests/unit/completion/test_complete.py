"""The copy of a template has what a release needs, and everything that theirs has stays as it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from release.completion import complete
from release.errors import UsageError
from release.settings import cfn
from release.settings import config as config_file
from tests.support.templates import JSON, METADATA, PARAMETER, TEMPLATES, copy_of, image

ROOT = Path(__file__).parents[3]
APP = image("app", "Image")


def copied(name: str) -> str:
    return copy_of(TEMPLATES[name], *([APP] if name == "parameter" else []))


def properties(text: str, name: str) -> dict[str, Any]:
    return dict(cfn.load(text, "copy")["Resources"][name]["Properties"])


def lines_left(theirs: str, copy: str) -> list[str]:
    """The lines of theirs that are not in the copy, in their order."""
    left, rest = [], iter(copy.splitlines(keepends=True))
    kept = list(rest)
    at = 0
    for line in theirs.splitlines(keepends=True):
        if line in kept[at:]:
            at = kept.index(line, at) + 1
        else:
            left.append(line)
    return left


REPLACED = {
    "metadata": ["        Night: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}\n"],
    "json": ['        "ImageUri": {"Fn::Sub": "nobody/knows:latest"}\n'],
    "parameter": [
        "    Properties: { PackageType: Image, ImageUri: !Ref Image, VpcConfig: { SubnetIds: !Ref Subnets } }\n",
        "        Ref: Image\n",
        "    Properties: { CodeUri: ./zip, Handler: app.handler, Runtime: python3.13 }\n",
    ],
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_line_of_theirs_is_in_the_copy_in_its_order_but_those_that_say_something_else_now(
    name: str, newline: str
) -> None:
    theirs = TEMPLATES[name].replace("\n", newline)
    copy = copy_of(theirs, *([APP] if name == "parameter" else []))
    assert lines_left(theirs, copy) == [line.replace("\n", newline) for line in REPLACED[name]]
    assert set(copy.splitlines(keepends=True)) <= {line for line in copy.splitlines(keepends=True) if newline in line}
    assert ("\r" in copy) == (newline == "\r\n")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_copy_of_a_copy_is_the_copy_byte_for_byte(name: str) -> None:
    copy = copied(name)
    assert copy != TEMPLATES[name]
    assert copy_of(copy, *([APP] if name == "parameter" else [])) == copy


def test_this_repository_s_own_template_has_everything() -> None:
    ours = (ROOT / "template.yaml").read_bytes()
    config = config_file.parse((ROOT / "release.toml").read_text(encoding="utf-8"))
    assert complete.completed(ours, "template.yaml", complete.Wanted(config.images, config.alias)) == ours


def test_a_function_that_sam_would_build_runs_the_image_that_a_parameter_names() -> None:
    copy = copy_of(METADATA)
    found = cfn.load(copy, "copy")
    assert list(found["Parameters"]) == ["DetectImageUri", "ReleaseVersion", "GitSha", "PermissionsBoundaryArn"]
    assert found["Parameters"]["DetectImageUri"]["AllowedPattern"] == r"^\S+@sha256:[0-9a-f]{64}$"
    own = properties(copy, "DetectFunction")
    values = [{"Ref": "DetectImageUri"}, {"Ref": "ReleaseVersion"}, {"Ref": "GitSha"}]
    assert own["ImageUri"] == {"Fn::Select": ["0", {"Fn::Split": ["|", {"Fn::Join": ["|", values]}]}]}
    assert (own["AutoPublishAlias"], own["AutoPublishAliasAllProperties"]) == ("live", "true")
    assert own["Environment"]["Variables"] == {
        "RELEASE_VERSION": {"Ref": "ReleaseVersion"},
        "GIT_SHA": {"Ref": "GitSha"},
        "MODELS": {"Fn::Sub": "${Models.Arn}/x"},
    }
    assert list(found["Outputs"]) == ["ReleaseVersion", "GitSha", "ApiUrl"]
    assert all(found["Outputs"][name] == {"Value": {"Ref": name}} for name in ("ReleaseVersion", "GitSha"))


def test_a_boundary_is_on_every_role_that_the_stack_makes() -> None:
    bounded = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    for name in ("ApiFunction", "Work", "Zip", "MyRole"):
        assert properties(copied("parameter"), name)["PermissionsBoundary"] == bounded
    events = properties(copied("metadata"), "DetectFunction")["Events"]
    assert events["Night"]["Properties"]["PermissionsBoundary"] == bounded
    assert "PermissionsBoundary" not in events["Any"]["Properties"]


def test_a_function_with_a_role_of_its_own_gets_no_boundary() -> None:
    text = METADATA.replace(
        "      PackageType: Image\n", "      PackageType: Image\n      Role: arn:aws:iam::1:role/r\n"
    )
    text = text.replace("        Night: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}\n", "")
    assert "Boundary" not in copy_of(text)


def test_what_globals_give_is_not_added_again() -> None:
    boundary = "PermissionsBoundary: arn:aws:iam::1:policy/b"
    variables = "Environment: {Variables: {RELEASE_VERSION: !Ref ReleaseVersion}}"
    text = METADATA.replace(
        "    Timeout: 15 # seconds\n",
        f"    AutoPublishAlias: current\n    AutoPublishAliasAllProperties: true\n    {boundary}\n    {variables}\n",
    )
    own = properties(copy_of(text), "DetectFunction")
    assert not own.keys() & {"AutoPublishAlias", "AutoPublishAliasAllProperties", "PermissionsBoundary"}
    assert own["Environment"]["Variables"].keys() == {"GIT_SHA", "MODELS"}


def test_the_version_depends_on_the_settings_that_reach_the_function_and_on_no_other() -> None:
    def joined(name: str) -> list[Any]:
        split = properties(copied("parameter"), name)["ImageUri"]["Fn::Select"][1]["Fn::Split"]
        return list(split[1]["Fn::Join"][1])[3:]

    assert joined("ApiFunction") == [{"Fn::Join": [",", {"Ref": "Subnets"}]}]
    assert joined("Work") == [{"Ref": "Stage"}], "by way of a condition"


def test_zip_functions_keep_their_code_and_get_no_alias() -> None:
    assert properties(copied("metadata").replace("DetectFunction", "X"), "X")
    own = properties(copied("parameter"), "Zip")
    assert own.keys() == {"PermissionsBoundary", "CodeUri", "Handler", "Runtime"}


def test_without_aliases_nothing_is_published() -> None:
    own = properties(copy_of(METADATA, alias="none"), "DetectFunction")
    assert own["ImageUri"] == {"Ref": "DetectImageUri"}
    assert not own.keys() & {"AutoPublishAlias", "AutoPublishAliasAllProperties", "VersionDescription"}
    assert own["Environment"]["Variables"]["RELEASE_VERSION"] == {"Ref": "ReleaseVersion"}


def test_a_template_in_json_stays_json() -> None:
    copy = json.loads(copied("json"))
    own = copy["Resources"]["Worker"]["Properties"]
    assert own["ImageUri"]["Fn::Select"][1]["Fn::Split"][1]["Fn::Join"][1][0] == {"Ref": "WorkerImageUri"}
    assert own["AutoPublishAliasAllProperties"] is True
    assert list(copy) == ["Parameters", "Conditions", "Outputs", "Transform", "Resources"]


def test_cloudformation_s_own_function_gets_its_image_and_no_property_of_sam_s() -> None:
    text = JSON.replace("AWS::Serverless::Function", "AWS::Lambda::Function").replace(
        '"ImageUri": {"Fn::Sub": "nobody/knows:latest"}', '"Role": "arn"'
    )
    own = properties(copy_of(text), "Worker")
    assert own["Code"] == {"ImageUri": {"Ref": "WorkerImageUri"}}
    assert own.keys() == {"Code", "PackageType", "Role", "Environment"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    Timeout: 15 # seconds\n", "    Runtime: python3.13\n", "line 7: Globals gives every function Runtime"),
        ("    Timeout: 15 # seconds\n", "    Layers: [x]\n", "line 7: Globals gives every function Layers"),
        (
            "      PackageType: Image\n",
            "      Handler: app.h\n",
            "line 18: DetectFunction runs an image and has Handler",
        ),
        ("      DockerContext: ./detect\n", "", "the Metadata of DetectFunction has no DockerContext"),
        ("./detect", "../detect", "line 30: ../detect is outside the repository"),
        ("DockerBuildArgs: {FLAVOUR: small}", "DockerBuildArgs: {F: !Ref X}", "line 33: a build argument of DetectF"),
        ("DockerTag: latest", "DockerBuildExtraParams: [--x]", "line 31: DockerBuildExtraParams of DetectFunction"),
        ("  Models:\n", "  ReleaseVersion:\n", "line 34: ReleaseVersion is a resource"),
        ("  Models:\n", "  Api:\n", "line 34: Api stands there twice"),
        (
            "Globals:\n",
            "Parameters:\n  ReleaseVersion: {Type: Number}\nGlobals:\n",
            "line 6: the parameter ReleaseVersion is of type Number",
        ),
        (
            "Globals:\n",
            "Parameters:\n  GitSha: {Type: String, AllowedPattern: '[0-9]+'}\nGlobals:\n",
            "line 6: the parameter GitSha takes only",
        ),
        (
            "Globals:\n",
            "Conditions:\n  HasPermissionsBoundary: !Equals [a, b]\nGlobals:\n",
            "line 6: the condition HasPermissionsBoundary says something else",
        ),
        ("Globals:\n", "Outputs:\n  GitSha: {Value: x}\nGlobals:\n", "line 6: the output GitSha is something else"),
        (
            'MODELS: !Sub "${Models.Arn}/x"',
            "RELEASE_VERSION: mine",
            "line 24: the environment variable RELEASE_VERSION",
        ),
        ("        Variables:\n          MODELS: ", "        Variables: ", "DetectFunction are computed as a whole"),
    ],
)
def test_what_clashes_is_refused_with_its_line_and_what_to_do(old: str, new: str, words: str) -> None:
    assert old in METADATA
    with pytest.raises(UsageError) as caught:
        copy_of(METADATA.replace(old, new, 1))
    assert words in caught.value.message
    assert caught.value.next_step
    assert caught.value.untouched


def test_properties_that_two_functions_share_by_an_alias_are_refused() -> None:
    text = METADATA.replace("    Properties:\n      # Always", "    Properties: &shared\n      # Always")
    text += "  Second:\n    Type: AWS::Serverless::Function\n    Properties: *shared\n"
    text += "    Metadata: {Dockerfile: Dockerfile, DockerContext: ./second}\n"
    with pytest.raises(UsageError, match="stands in several places"):
        copy_of(text)


def test_an_anchor_s_own_place_is_kept() -> None:
    text = METADATA.replace("    Properties:\n      # Always", "    Properties: &own\n      # Always")
    assert "    Properties: &own\n" in copy_of(text)


def test_an_image_of_somebody_else_is_left_alone() -> None:
    text = PARAMETER.replace("ImageUri: !Ref Image,", "ImageUri: elsewhere.example/x@sha256:00,")
    assert properties(copy_of(text, APP), "ApiFunction")["ImageUri"] == "elsewhere.example/x@sha256:00"


def test_a_function_whose_image_nothing_names_is_refused() -> None:
    text = PARAMETER.replace("ImageUri: !Ref Image, ", "")
    with pytest.raises(UsageError, match="nothing says which image ApiFunction runs"):
        copy_of(text, APP)


def test_json_that_is_indented_with_tabs_keeps_its_tabs() -> None:
    theirs = JSON.replace("  ", "\t")
    copy = copy_of(theirs)
    assert json.loads(copy) == json.loads(copied("json"))
    assert lines_left(theirs, copy) == ['\t\t\t\t"ImageUri": {"Fn::Sub": "nobody/knows:latest"}\n']


def test_a_byte_order_mark_stays_at_the_beginning() -> None:
    for theirs in (METADATA, JSON):
        copy = copy_of(f"\ufeff{theirs}")
        assert copy == f"\ufeff{copy_of(theirs)}"


def test_what_a_function_ignores_of_globals_is_not_its_own() -> None:
    text = METADATA.replace("    Timeout: 15 # seconds\n", "    Runtime: python3.13\n    AutoPublishAlias: other\n")
    everything = text.replace(
        "    Properties:\n      # Always", "    IgnoreGlobals: '*'\n    Properties:\n      # Always"
    )
    assert properties(copy_of(everything), "DetectFunction")["AutoPublishAlias"] == "live"
    one = text.replace(
        "    Properties:\n      # Always", "    IgnoreGlobals: [Runtime]\n    Properties:\n      # Always"
    )
    assert "AutoPublishAlias" not in properties(copy_of(one), "DetectFunction")


SHIFTS = METADATA.replace(
    "      # Always", "      DeploymentPreference: {Type: Canary10Percent5Minutes}\n      # Always"
)


def test_codedeploy_s_role_is_a_resource_with_the_boundary_where_sam_would_make_one_without() -> None:
    found = cfn.load(copy_of(SHIFTS), "copy")["Resources"]
    assert found["ReleaseCodeDeployRole"]["Properties"]["PermissionsBoundary"]["Fn::If"][0] == "HasPermissionsBoundary"
    preference = found["DetectFunction"]["Properties"]["DeploymentPreference"]
    assert preference == {"Type": "Canary10Percent5Minutes", "Role": {"Fn::GetAtt": ["ReleaseCodeDeployRole", "Arn"]}}
    shared = METADATA.replace("    Timeout: 15", "    DeploymentPreference: {Type: AllAtOnce}\n    Timeout: 15")
    given = cfn.load(copy_of(shared), "copy")["Globals"]["Function"]["DeploymentPreference"]
    assert given["Role"] == {"Fn::GetAtt": ["ReleaseCodeDeployRole", "Arn"]}


@pytest.mark.parametrize("more", [", Role: arn", ", Enabled: false"])
def test_a_preference_that_names_a_role_or_is_off_needs_none(more: str) -> None:
    assert "CodeDeploy" not in copy_of(SHIFTS.replace("5Minutes}", f"5Minutes{more}}}"))


def test_traffic_that_shifts_without_an_alias_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"line 17: DetectFunction shifts traffic from version to version"):
        copy_of(SHIFTS, alias="none")
