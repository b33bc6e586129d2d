"""pipeline.yaml: who may become which role, what the roles can do, and what nobody can delete."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rehearsal.github import trust
from release.deployments.target import ledger_repository
from release.errors import UsageError
from workflowlint import workflow

ROOT = Path(__file__).parents[3]
TEMPLATE = trust.template(ROOT / "pipeline.yaml")
CONFIG = tomllib.loads((ROOT / "release.toml").read_text(encoding="utf-8"))
SUBJECT = "owner@1/name@2"
ROLES = trust.roles(TEMPLATE, {"Subject": SUBJECT})
AUDIENCE = "sts.amazonaws.com"


def resources(kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in TEMPLATE["Resources"].items() if each["Type"] == kind}


def statements() -> list[tuple[str, dict[str, Any]]]:
    documents = [(name, each["PolicyDocument"]) for name, each in resources("AWS::IAM::ManagedPolicy").items()]
    for name, each in resources("AWS::IAM::Role").items():
        documents += [(name, policy["PolicyDocument"]) for policy in each.get("Policies", ())]
    return [(name, statement) for name, document in documents for statement in document["Statement"]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("publish", "ref:refs/heads/main"),
        ("promote", "environment:promotion"),
        ("deploy-staging", "environment:staging"),
        ("deploy-production", "environment:production"),
        ("watch", "ref:refs/heads/main"),
    ],
)
def test_role_trusts_one_subject_of_this_repository_and_no_other(role: str, subject: str) -> None:
    """faults.md, 7."""
    trusted = ROLES[f"member-reporting-{role}"]
    assert trusted.refusal({"sub": f"repo:{SUBJECT}:{subject}", "aud": AUDIENCE}) == ""
    for other in (
        f"repo:owner/name:{subject}",
        f"repo:owner@1/name@3:{subject}",
        f"repo:{SUBJECT}:pull_request",
        f"repo:{SUBJECT}:ref:refs/heads/other",
        f"repo:{SUBJECT}:environment:other",
        f"repo:{SUBJECT}:{subject}x",
    ):
        assert trusted.refusal({"sub": other, "aud": AUDIENCE}), other
    assert trusted.refusal({"sub": f"repo:{SUBJECT}:{subject}", "aud": "another audience"})


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"StringEquals": {f"{trust.ISSUER}:aud": AUDIENCE}},
        {"StringLike": {f"{trust.ISSUER}:sub": "repo:owner/*", f"{trust.ISSUER}:aud": AUDIENCE}},
        {"StringEquals": {f"{trust.ISSUER}:aud": AUDIENCE}, "StringLike": {f"{trust.ISSUER}:sub": "repo:o/n:*"}},
        {"StringEquals": {f"{trust.ISSUER}:sub": "repo:owner/name:environment:staging"}},
        {
            "StringEquals": {f"{trust.ISSUER}:sub": "repo:o/n:environment:staging", f"{trust.ISSUER}:aud": AUDIENCE},
            "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},  # what this model does not evaluate
        },
    ],
)
def test_trust_policy_without_an_exact_subject_and_audience_is_refused(condition: dict[str, Any] | None) -> None:
    """faults.md, 7."""
    statement = {"Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}
    properties = {"RoleName": "open", "AssumeRolePolicyDocument": {"Statement": [statement]}}
    document = {"Parameters": {}, "Resources": {"Open": {"Type": "AWS::IAM::Role", "Properties": properties}}}
    with pytest.raises(UsageError, match="does not name who may assume it"):
        trust.roles(document, {})


def test_every_role_is_one_that_a_workflow_asks_for() -> None:
    asked = set(re.findall(r"vars\.([A-Z]+_ROLE)", "".join(w.text for w in workflow.load_all(ROOT).values())))
    described = " ".join(output["Description"] for output in TEMPLATE["Outputs"].values())
    assert (
        asked
        == set(re.findall(r"[A-Z]+_ROLE", described))
        == {
            "PUBLISH_ROLE",
            "PROMOTE_ROLE",
            "DEPLOY_ROLE",
            "WATCH_ROLE",
        }
    )


def test_every_image_the_releases_and_every_ledger_have_a_repository_that_is_immutable_and_encrypted() -> None:
    repositories = {
        each["RepositoryName"]["Fn::Sub"].replace("${Project}", "member-reporting"): each
        for each in resources("AWS::ECR::Repository").values()
    }
    images = {image["repository"] for image in CONFIG["images"].values()}
    records = "member-reporting/releases"
    ledgers = {ledger_repository(records, environment) for environment in CONFIG["environments"]}
    assert set(repositories) == images | ledgers | {records}
    for name, each in repositories.items():
        assert each["ImageTagMutability"] == "IMMUTABLE"
        assert each["EncryptionConfiguration"] == {"EncryptionType": "KMS"}
        assert ("ImageScanningConfiguration" in each) == (name in images)


def test_no_repository_is_deleted_with_the_stack() -> None:
    """faults.md, 32: what is live, or what a rollback needs, only the records tell."""
    assert all(TEMPLATE["Resources"][name]["DeletionPolicy"] == "Retain" for name in resources("AWS::ECR::Repository"))


def test_only_an_environments_own_role_writes_into_its_ledger() -> None:
    """A claim or an outcome that somebody else could write would let anything pass for proven."""
    writers = {
        name: statement["Resource"]
        for name, statement in statements()
        if "ecr:PutImage" in as_list(statement["Action"])
    }
    assert set(writers) == {"NameImagesPolicy", "LedgerPolicy"}
    assert "Ledger" not in json.dumps(writers["NameImagesPolicy"])
    assert json.dumps(writers["LedgerPolicy"]).endswith('releases/${!aws:PrincipalTag/environment}"}')
    roles = {name: json.dumps(each["ManagedPolicyArns"]) for name, each in resources("AWS::IAM::Role").items()}
    assert {name for name, policies in roles.items() if "LedgerPolicy" in policies} == {
        "StagingDeployRole",
        "ProductionDeployRole",
    }
    assert not [n for n, policies in roles.items() if "LedgerPolicy" in policies and "NameImagesPolicy" in policies]


def test_no_role_may_delete_an_image_or_change_a_repository() -> None:
    """faults.md, 32."""
    allowed = {action for _, statement in statements() for action in as_list(statement["Action"])}
    forbidden = re.compile(r"ecr:(\*|Batch(Delete|\*)|Delete|Put(?!Image$)|Set|Create|Tag)|\*$")
    services_with_star = {"lambda:*", "codedeploy:*", "cognito-idp:*", "s3:GetBucket*", "s3:PutBucket*"}
    assert {action for action in allowed if forbidden.match(action)} - services_with_star == set()


def test_only_the_publish_role_can_push_layers_of_images() -> None:
    pushing = {name for name, each in statements() if "ecr:UploadLayerPart" in as_list(each["Action"])}
    assert pushing == {"PublishRole", "LedgerPolicy"}


def test_roles_are_made_only_inside_the_boundary_and_handed_only_to_their_services() -> None:
    for name, statement in statements():
        actions = as_list(statement["Action"])
        if any(action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy") for action in actions):
            assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}, name
        if "iam:PassRole" in actions:
            assert "iam:PassedToService" in statement["Condition"]["StringEquals"], name
        if any(action.startswith("iam:") for action in actions):
            assert "PrincipalTag/stack" in json.dumps(statement["Resource"]), name


def test_star_resources_are_only_those_that_know_no_resource() -> None:
    stars = {
        action
        for name, statement in statements()
        if name != "Boundary" and "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert stars == {
        "cloudwatch:DescribeAlarms",
        "codedeploy:StopDeployment",
        "cognito-idp:CreateUserPool",
        "cognito-idp:TagResource",
        "ecr:GetAuthorizationToken",
        "logs:DescribeIndexPolicies",
        "logs:DescribeLogGroups",
    }
