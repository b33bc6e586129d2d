"""What differs between two releases: resources that keep data, parameters that are secrets, packages."""

from __future__ import annotations

import json

import pytest

from release.deployments import differences, diffreport, packagediff, templatediff
from release.deployments.differences import Difference, Differences, Value
from release.releases.record import RecordedImage
from release.settings import cfn
from release.settings.smoke import SmokeTest
from release.settings.smokestep import SmokeStep

TABLE = "{Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}%s}"


def changes(old: str, new: str) -> list[Difference]:
    """What differs between two templates whose resources are written in one line."""
    return list(templatediff.template(*(cfn.load(f"Resources: {{{each}}}", "template.yaml") for each in (old, new))))


def test_a_table_that_leaves_the_template_is_an_alarm() -> None:
    assert changes(f"Members: {TABLE % ''}", "") == [
        Difference("Members", "deleted", "AWS::DynamoDB::Table", alarm=True)
    ]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_a_table_that_is_retained_leaves_without_an_alarm_and_the_policy_is_named(policy: str) -> None:
    (found,) = changes(f"Members: {TABLE % f', DeletionPolicy: {policy}'}", "")
    assert not found.alarm
    assert found.detail == f"AWS::DynamoDB::Table; stays in the account (DeletionPolicy: {policy})"


@pytest.mark.parametrize(
    ("policy", "said"),
    [("Snapshot", "Snapshot"), ("Delete", "Delete"), ("{'Fn::If': [A, Retain, Delete]}", "an expression")],
)
def test_a_policy_that_may_delete_is_an_alarm_and_is_named(policy: str, said: str) -> None:
    (found,) = changes(f"Members: {TABLE % f', DeletionPolicy: {policy}'}", "")
    assert found.alarm
    assert found.detail.endswith(f"; DeletionPolicy: {said}")


def test_what_keeps_no_data_is_deleted_without_an_alarm() -> None:
    (found,) = changes("Topic: {Type: AWS::SNS::Topic}", "")
    assert found == Difference("Topic", "deleted", "AWS::SNS::Topic")


def test_another_type_under_the_same_name_is_a_replacement_and_the_policy_of_deletions_does_not_count() -> None:
    (found,) = changes(f"Store: {TABLE % ', DeletionPolicy: Retain'}", "Store: {Type: AWS::S3::Bucket}")
    assert (found.kind, found.alarm) == ("replaced", True)
    assert found.detail == "AWS::DynamoDB::Table -> AWS::S3::Bucket"


def test_a_replacement_is_no_alarm_only_when_both_templates_retain_what_was_there() -> None:
    kept, bucket = TABLE % ", UpdateReplacePolicy: Retain", "{Type: AWS::S3::Bucket, UpdateReplacePolicy: %s}"
    assert [each.alarm for each in changes(f"S: {kept}", f"S: {bucket % 'Retain'}")] == [False]
    assert [each.alarm for each in changes(f"S: {kept}", f"S: {bucket % 'Delete'}")] == [True]


def test_a_changed_property_of_a_table_is_named_and_nobody_claims_to_know_whether_it_is_replaced() -> None:
    other = "{Type: AWS::DynamoDB::Table, Properties: {TableName: members}}"
    (found,) = changes(f"Members: {TABLE % ''}", f"Members: {other}")
    assert (found.kind, found.alarm) == ("changed", False)
    assert found.detail == (
        "AWS::DynamoDB::Table: BillingMode, TableName; only CloudFormation's change set can tell whether it is replaced"
    )


def test_a_table_with_another_condition_may_be_deleted() -> None:
    (found,) = changes(f"Members: {TABLE % ''}", f"Members: {TABLE % ', Condition: IsStaging'}")
    assert found.detail.endswith("whether it is replaced or deleted")


def test_a_changed_function_names_its_properties_and_its_attributes() -> None:
    function = "F: {Type: AWS::Serverless::Function, Properties: {MemorySize: %s, Timeout: 3}%s}"
    (found,) = changes(function % (128, ""), function % (256, ", DependsOn: Table"))
    assert found == Difference("F", "changed", "AWS::Serverless::Function: MemorySize, DependsOn")


def test_equal_templates_in_other_notations_do_not_differ() -> None:
    assert changes("A: {Type: T, Properties: {X: !Ref B}}", "A: {Type: T, Properties: {X: {Ref: B}}}") == []


def test_sections_and_loops_that_may_change_any_resource_are_named() -> None:
    old = {"Resources": {"Fn::ForEach::All": ["A"]}, "Globals": {"Function": {"Timeout": "3"}}, "Parameters": {"A": {}}}
    new = {"Resources": {"Fn::ForEach::All": ["B"]}, "Globals": {"Function": {"Timeout": "9"}}, "Mappings": {}}
    found = {each.name: each.kind for each in templatediff.template(old, new)}
    assert found == {"Fn::ForEach::All": "changed", "Globals": "changed", "Mappings": "added"}


def test_a_table_of_a_nested_template_is_an_alarm_under_the_templates_path() -> None:
    nested = cfn.load(f"Resources: {{Members: {TABLE % ''}, Topic: {{Type: T}}}}", "nested.yaml")
    without = cfn.load("Resources: {Topic: {Type: T}}", "nested.yaml")
    found = templatediff.templates({"": {}, "data/nested.yaml": nested}, {"": {}, "data/nested.yaml": without})
    assert found == (Difference("data/nested.yaml: Members", "deleted", "AWS::DynamoDB::Table", alarm=True),)


def test_parameters_show_what_changed_and_never_what_may_be_a_secret() -> None:
    old = {
        "Same": Value("1"),
        "Level": Value("INFO"),
        "Token": Value("s3cret", secret=True),
        "Gone": Value("s3cret", secret=True),
        "Masked": Value(None, secret=True),
    }
    new = {
        "Same": Value("1"),
        "Level": Value("DEBUG"),
        "Token": Value("0ther"),
        "Masked": Value("s3cret", secret=True),
        "Fresh": Value("s3cret", secret=True),
    }
    assert differences.parameters(old, new) == (
        Difference("Level", "changed", "'INFO' -> 'DEBUG'"),
        Difference("Token", "changed", "(hidden)"),
        Difference("Gone", "removed", "(hidden)"),
        Difference("Masked", "not compared", "its value is not known here"),
        Difference("Fresh", "added", "(hidden)"),
    )


def test_smoke_tests_differ_by_their_steps() -> None:
    def test(name: str, path: str) -> SmokeTest:
        return SmokeTest(name, ("staging",), (SmokeStep("get", path),))

    found = differences.smoke([test("a", "/a"), test("b", "/b"), test("c", "/c")], [test("a", "/a"), test("b", "/B")])
    assert [(each.name, each.kind) for each in found] == [("b", "changed"), ("c", "removed")]


def bill(*purls: str) -> bytes:
    """A bill of materials with these packages, ``type/name@version``, and a file, which is none."""
    packages = [{"purl": f"pkg:{purl}?arch=arm64", "version": purl.partition("@")[2]} for purl in purls]
    return json.dumps({"bomFormat": "CycloneDX", "components": [{"name": "requirements.txt"}, *packages]}).encode()


def test_packages_are_added_raised_lowered_changed_and_removed() -> None:
    old = bill("pypi/boto3@1.9.0", "pypi/pip@25.0", "rpm/amazon/curl@8.3", "pypi/six@1.0", "pypi/same@1")
    new = bill("pypi/boto3@1.10.0", "pypi/pip@24.0", "rpm/amazon/curl@8.5", "pypi/attrs@25.1", "pypi/same@1")
    assert packagediff.changes(packagediff.packages(old, "old"), packagediff.packages(new, "new")) == (
        Difference("pypi/attrs", "added", "25.1"),
        Difference("pypi/boto3", "raised", "1.9.0 -> 1.10.0"),
        Difference("pypi/pip", "lowered", "25.0 -> 24.0"),
        Difference("pypi/six", "removed", "1.0"),
        Difference("rpm/amazon/curl", "changed", "8.3 -> 8.5"),
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"bomFormat": "SPDX"}', b'{"bomFormat": "CycloneDX", "components": 1}']
)
def test_what_is_no_bill_of_materials_is_refused_and_never_an_empty_one(content: bytes) -> None:
    with pytest.raises(ValueError, match="the bill of export cannot be read"):
        packagediff.packages(content, "the bill of export")


def test_data_at_risk_stands_out_in_the_terminal_and_in_the_summary() -> None:
    image = RecordedImage("app/export", "sha256:" + "a" * 64, "1" * 16, "linux/arm64", 80_000_000)
    found = Differences(
        environment="production",
        live="1.3.2",
        version="1.4.0",
        release="sha256:" + "b" * 64,
        images=differences.images({"export": image}, {"export": image}),
        template=(
            Difference("Members|x", "deleted", "AWS::DynamoDB::Table", alarm=True),
            Difference("T", "added", "x"),
        ),
    )
    told = diffreport.of_differences(found)
    assert "Members|x  deleted  KEEPS DATA: AWS::DynamoDB::Table" in told.text
    assert "export  unchanged  aaaaaaaaaaaa  80.0 MB" in told.text
    assert "> :warning: **KEEPS DATA**: `Members|x` would be deleted" in told.summary
    assert "| `Members\\|x` | :warning: **deleted, KEEPS DATA** | AWS::DynamoDB::Table |" in told.summary
    assert told.summary.count("KEEPS DATA") == 2
    assert told.data["alarms"] == ["Members|x"]
