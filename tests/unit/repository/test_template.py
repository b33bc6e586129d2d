"""template.yaml as AWS sees it: expanded by the SAM translator that CloudFormation itself runs."""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
FUNCTIONS = {"ExportFunction", "ReportFunction"}
EXPORT_IMAGE = "registry.example.org/export@sha256:" + "a" * 64
REPORT_IMAGE = "registry.example.org/report@sha256:" + "b" * 64
REQUIRED = {
    "ImageUri": EXPORT_IMAGE,
    "ReportImageUri": REPORT_IMAGE,
    "ReleaseVersion": "0.1.0",
    "GitSha": "1" * 40,
    "Environment": "staging",
}

# Parameter -> another value, and the functions whose configuration it changes.
REACHES_FUNCTIONS = {
    "ImageUri": (EXPORT_IMAGE.replace("a" * 64, "c" * 64), {"ExportFunction"}),
    "ReportImageUri": (REPORT_IMAGE.replace("b" * 64, "c" * 64), {"ReportFunction"}),
    "ReleaseVersion": ("0.2.0", FUNCTIONS),
    "GitSha": ("2" * 40, FUNCTIONS),
    "Environment": ("production", FUNCTIONS),
    "AllowedOrigin": ("https://members.example.org", FUNCTIONS),
    "LogLevel": ("DEBUG", FUNCTIONS),
    "ReportsBucketName": ("a-bucket", FUNCTIONS),
    "UserPoolId": ("eu-west-1_a", FUNCTIONS),
    "UserPoolClientId": ("a-client", FUNCTIONS),
    "UserPoolIssuer": ("https://issuer.example.org", FUNCTIONS),
    "UserPoolJwksUrl": ("https://issuer.example.org/keys", FUNCTIONS),
    "MembersTableName": ("a-table", {"ExportFunction"}),
    "ConsistentRead": ("false", {"ExportFunction"}),
    "PresignSeconds": ("60", {"ExportFunction"}),
}
REACHES_NO_FUNCTION = {
    "AlarmTopicArn",
    "DeploymentPreference",
    "LogRetentionDays",
    "PermissionsBoundaryArn",
}


class NoManagedPolicies:
    """The translator asks for AWS's managed policies by name; this template names none."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")  # the translator needs one to know the partition


@cache
def source() -> dict[str, Any]:
    document: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    return document


def expand(**parameters: str) -> dict[str, Any]:
    return _expanded(frozenset(parameters.items()))


@cache
def _expanded(parameters: frozenset[tuple[str, str]]) -> dict[str, Any]:
    document: dict[str, Any] = transform(deepcopy(source()), REQUIRED | dict(parameters), NoManagedPolicies())
    return document


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def versions(template: dict[str, Any]) -> dict[str, str]:
    """Function -> logical id of its version; CloudFormation publishes one whenever this id is new."""
    found = of_type(template, "AWS::Lambda::Version")
    return {resource["Properties"]["FunctionName"]["Ref"]: name for name, resource in found.items()}


def statements(template: dict[str, Any], function: str) -> list[dict[str, Any]]:
    policies = template["Resources"][f"{function}Role"]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def actions(template: dict[str, Any], function: str) -> set[str]:
    found: set[str] = set()
    for statement in statements(template, function):
        listed = statement["Action"]
        found |= {listed} if isinstance(listed, str) else set(listed)
    return found


def test_each_route_calls_the_live_alias_of_its_function() -> None:
    paths = expand()["Resources"]["Api"]["Properties"]["Body"]["paths"]
    called = {
        (path, method): re.search(
            r"\$\{(\w+)\}/invocations", details["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        )
        for path, methods in paths.items()
        for method, details in methods.items()
    }

    assert {route: match and match[1] for route, match in called.items()} == {
        ("/members/parquet", "post"): "ExportFunctionAliaslive",
        ("/members/parquet", "get"): "ExportFunctionAliaslive",
        ("/members/parquet", "options"): "ExportFunctionAliaslive",
        ("/health", "get"): "ExportFunctionAliaslive",
        ("/members/report", "get"): "ReportFunctionAliaslive",
        ("/members/report", "options"): "ReportFunctionAliaslive",
        ("/report/health", "get"): "ReportFunctionAliaslive",
    }


def test_each_route_may_call_the_alias_and_nothing_may_call_past_it() -> None:
    allowed = [
        (
            permission["Properties"]["FunctionName"]["Ref"],
            permission["Properties"]["SourceArn"]["Fn::Sub"][0].split("}/")[-1],
        )
        for permission in of_type(expand(), "AWS::Lambda::Permission").values()
    ]

    assert sorted(allowed) == [
        ("ExportFunctionAliaslive", "GET/health"),
        ("ExportFunctionAliaslive", "GET/members/parquet"),
        ("ExportFunctionAliaslive", "OPTIONS/members/parquet"),
        ("ExportFunctionAliaslive", "POST/members/parquet"),
        ("ReportFunctionAliaslive", "GET/members/report"),
        ("ReportFunctionAliaslive", "GET/report/health"),
        ("ReportFunctionAliaslive", "OPTIONS/members/report"),
    ]


def test_the_api_has_the_live_stage_only() -> None:
    expanded = expand()

    stages = of_type(expanded, "AWS::ApiGateway::Stage").values()
    assert [stage["Properties"]["StageName"] for stage in stages] == ["live"]
    (deployment,) = of_type(expanded, "AWS::ApiGateway::Deployment").values()
    assert "StageName" not in deployment["Properties"]  # it would make a second stage


@pytest.mark.parametrize("parameter", REACHES_FUNCTIONS)
def test_a_changed_parameter_publishes_a_version_of_the_functions_it_reaches(parameter: str) -> None:
    value, reached = REACHES_FUNCTIONS[parameter]

    before, after = versions(expand()), versions(expand(**{parameter: value}))

    assert {function for function in FUNCTIONS if before[function] != after[function]} == reached


def test_every_parameter_is_known_to_reach_a_function_or_not() -> None:
    assert set(source()["Parameters"]) == set(REACHES_FUNCTIONS) | REACHES_NO_FUNCTION


def test_the_same_parameters_again_publish_nothing() -> None:
    first = versions(expand())
    _expanded.cache_clear()

    assert versions(expand()) == first


@pytest.mark.parametrize(("function", "image"), [("ExportFunction", EXPORT_IMAGE), ("ReportFunction", REPORT_IMAGE)])
def test_the_function_gets_its_image_alone_out_of_the_hashed_text(function: str, image: str) -> None:
    code = expand()["Resources"][function]["Properties"]["Code"]["ImageUri"]

    (index, split) = code["Fn::Select"]
    separator, joined = split["Fn::Split"]
    join_separator, parts = joined["Fn::Join"]
    assert (index, separator, join_separator, parts[0]) == (0, "|", "|", image)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_version_is_described_by_what_it_is_and_within_lambdas_256_characters(function: str) -> None:
    version = expand(ReleaseVersion="10.20.30-rc.400")["Resources"][
        versions(expand(ReleaseVersion="10.20.30-rc.400"))[function]
    ]

    text, names = version["Properties"]["Description"]["Fn::Sub"]
    assert text == "${ReleaseVersion} ${GitSha} ${Digest}"
    assert names["Digest"]["Fn::Select"][0] == 1


def test_without_a_deployment_preference_there_is_no_codedeploy() -> None:
    expanded = expand()

    assert not [
        name for name, resource in expanded["Resources"].items() if resource["Type"].startswith("AWS::CodeDeploy")
    ]
    assert all("UpdatePolicy" not in alias for alias in of_type(expanded, "AWS::Lambda::Alias").values())


def test_with_a_deployment_preference_codedeploy_moves_each_alias_and_watches_its_new_version() -> None:
    expanded = expand(DeploymentPreference="Canary10Percent5Minutes")

    groups = of_type(expanded, "AWS::CodeDeploy::DeploymentGroup")
    watched = {name: group["Properties"]["AlarmConfiguration"]["Alarms"] for name, group in groups.items()}
    assert watched == {
        "ExportFunctionDeploymentGroup": [{"Name": {"Ref": "ExportNewVersionErrorsAlarm"}}],
        "ReportFunctionDeploymentGroup": [{"Name": {"Ref": "ReportNewVersionErrorsAlarm"}}],
    }
    assert all("UpdatePolicy" in alias for alias in of_type(expanded, "AWS::Lambda::Alias").values())


def test_each_function_gets_the_settings_it_reads() -> None:
    resources = expand()["Resources"]
    given = {name: set(resources[name]["Properties"]["Environment"]["Variables"]) for name in FUNCTIONS}

    both = {"RELEASE_VERSION", "GIT_SHA", "ENVIRONMENT", "REPORTS_BUCKET", "ALLOWED_ORIGIN", "LOG_LEVEL"}
    both |= {"USER_POOL_ISSUER", "USER_POOL_CLIENT_ID", "USER_POOL_JWKS_URL"}
    assert given == {
        "ExportFunction": both | {"MEMBERS_TABLE", "CONSISTENT_READ", "PRESIGN_SECONDS"},
        "ReportFunction": both,
    }


def test_export_may_read_one_table_and_replace_files_below_its_prefix_only() -> None:
    expanded = expand()

    assert actions(expanded, "ExportFunction") == {
        "dynamodb:Scan",
        "dynamodb:DescribeTable",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListBucket",
    }


def test_report_may_read_and_list_files_only() -> None:
    assert actions(expand(), "ReportFunction") == {"s3:GetObject", "s3:ListBucket"}


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_no_permission_reaches_beyond_the_prefix(function: str) -> None:
    for statement in statements(expand(), function):
        if statement["Sid"] == "ReadTheMemberTable":
            continue
        arn = statement["Resource"]["Fn::Sub"][0]
        if statement["Action"] == "s3:ListBucket":
            assert statement["Condition"] == {"StringLikeIfExists": {"s3:prefix": "analytics/parquet/members/*"}}
        else:
            assert arn.endswith(":${Bucket}/analytics/parquet/members/*")


def test_roles_are_bounded_when_a_boundary_is_given() -> None:
    bounded = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    roles = of_type(expand(DeploymentPreference="AllAtOnce"), "AWS::IAM::Role")

    assert set(roles) == {"ExportFunctionRole", "ReportFunctionRole", "CodeDeployRole"}
    assert [role["Properties"]["PermissionsBoundary"] for role in roles.values()] == [bounded] * 3


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_each_function_is_traced_and_logs_to_a_group_with_retention(function: str) -> None:
    resources = expand()["Resources"]
    properties = resources[function]["Properties"]

    group = resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert properties["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_errors_throttles_and_duration_of_each_function_raise_an_alarm(function: str) -> None:
    alarms = [alarm["Properties"] for alarm in of_type(expand(), "AWS::CloudWatch::Alarm").values()]

    by_function = {"Name": "FunctionName", "Value": {"Ref": function}}
    watched = sorted(alarm["MetricName"] for alarm in alarms if alarm["Dimensions"] == [by_function])
    assert watched == ["Duration", "Errors", "Throttles"]


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_the_newest_versions_errors_are_counted_behind_the_alias(function: str) -> None:
    expanded = expand()
    alarm = expanded["Resources"][function.replace("Function", "NewVersionErrorsAlarm")]["Properties"]

    assert alarm["Dimensions"][1:] == [
        {"Name": "Resource", "Value": {"Fn::Sub": f"${{{function}}}:live"}},
        {"Name": "ExecutedVersion", "Value": {"Fn::GetAtt": [versions(expanded)[function], "Version"]}},
    ]


def test_every_alarm_is_sent_to_the_topic_if_there_is_one() -> None:
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}

    assert all(
        alarm["Properties"]["AlarmActions"] == told for alarm in of_type(expand(), "AWS::CloudWatch::Alarm").values()
    )


def test_the_bucket_is_versioned_encrypted_private_and_tidies_up() -> None:
    bucket = expand()["Resources"]["ReportsBucket"]["Properties"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {key for rule in rules for key in rule} >= {"AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"}
    assert {rule["Status"] for rule in rules} == {"Enabled"}


def test_the_bucket_refuses_everything_but_tls() -> None:
    (statement,) = expand()["Resources"]["ReportsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


@pytest.mark.parametrize("kind", ["DynamoDB::Table", "S3::Bucket", "Cognito::UserPool", "Cognito::UserPoolClient"])
def test_data_outlives_the_stack(kind: str) -> None:
    (resource,) = of_type(expand(), f"AWS::{kind}").values()

    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_pool_has_the_groups_the_functions_know() -> None:
    groups = of_type(expand(), "AWS::Cognito::UserPoolGroup").values()

    assert sorted(group["Properties"]["GroupName"] for group in groups) == [
        "Members_CRUD_All",
        "Members_Read_All",
        "System_CRUD_All",
    ]


@pytest.mark.parametrize(
    "uri", ["registry.example.org/export:1.0.0", "registry.example.org/export@sha256:" + "A" * 64, ""]
)
def test_an_image_that_is_not_named_by_digest_is_refused(uri: str) -> None:
    for parameter in ("ImageUri", "ReportImageUri"):
        assert not re.fullmatch(source()["Parameters"][parameter]["AllowedPattern"], uri)


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("ReleaseVersion", "1.4.0-rc.7", "v1.4.0"),
        ("GitSha", "0" * 40, "0" * 7),
        ("Environment", "staging", "Staging"),
        ("AllowedOrigin", "https://members.example.org", "https://members.example.org/"),
    ],
)
def test_a_malformed_parameter_is_refused(parameter: str, good: str, bad: str) -> None:
    pattern = source()["Parameters"][parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


def test_what_is_released_and_where_has_no_default() -> None:
    assert {name for name, parameter in source()["Parameters"].items() if "Default" not in parameter} == set(REQUIRED)


def test_the_outputs_are_those_the_release_command_reads() -> None:
    assert set(expand()["Outputs"]) == {
        "ReleaseVersion",
        "GitSha",
        "ApiUrl",
        "ExportFunctionName",
        "ExportAliasArn",
        "ReportFunctionName",
        "ReportAliasArn",
        "MembersTableName",
        "ReportsBucketName",
        "UserPoolId",
        "UserPoolClientId",
    }
    assert expand()["Outputs"]["ExportAliasArn"]["Value"] == {"Ref": "ExportFunctionAliaslive"}
