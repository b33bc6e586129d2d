"""What becomes of a resource when its stack is deleted, for every kind of resource that there is a rule about."""

from __future__ import annotations

import shlex
from typing import Any

import boto3
import pytest
from botocore import xform_name

from release.deployments import removalrules, removaltypes
from release.deployments.model import Contents, Stack, StackResource
from release.deployments.removalmodel import Fate, ResourceVerdict, StackSeen

STACK = Stack("app", "UPDATE_COMPLETE", {}, {}, "eu-west-1")


def verdict(kind: str, contents: Contents | None = None, *with_data: str, **definition: Any) -> ResourceVerdict:
    """Of one resource ``It``, called ``it-1``."""
    template = {"": {"Resources": {"It": {"Type": kind, **definition}}}}
    found = {"It": contents} if contents else {}
    seen = StackSeen(STACK, (StackResource("It", kind, "it-1"),), template, found)
    return removalrules.of_resources(seen, with_data)[0]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_the_template_keeps_stays_full_or_empty(policy: str) -> None:
    for contents in (Contents(), Contents("3 objects")):
        assert verdict("AWS::S3::Bucket", contents, DeletionPolicy=policy).fate is Fate.STAYS


def test_what_stays_under_a_name_of_the_template_is_in_the_way_of_the_next_deployment() -> None:
    named = verdict("AWS::DynamoDB::Table", DeletionPolicy="Retain", Properties={"TableName": "members"})
    assert "the next deployment finds it in its way" in named.later
    assert "aws dynamodb delete-table --table-name it-1 --region eu-west-1" in named.later
    free = verdict("AWS::DynamoDB::Table", DeletionPolicy="Retain")
    assert "in its way" not in free.later
    assert free.later


@pytest.mark.parametrize("kind", sorted(removaltypes.REFUSED_WHEN_FULL))
def test_what_cloudformation_deletes_only_empty_stays_when_it_is_full(kind: str) -> None:
    assert verdict(kind, Contents("1 object")).fate is Fate.STAYS
    assert verdict(kind, Contents()).fate is Fate.GOES


def test_a_repository_that_is_emptied_by_cloudformation_goes_only_when_it_was_named() -> None:
    full, empties = Contents("2 images"), {"EmptyOnDelete": "true"}
    held = verdict("AWS::ECR::Repository", full, Properties=empties)
    assert (held.fate, bool(held.hint)) == (Fate.GOES_WITH_DATA, True)
    told = verdict("AWS::ECR::Repository", full, "It", Properties=empties)
    assert (told.fate, told.hint) == (Fate.GOES_WITH_DATA, "")


@pytest.mark.parametrize("kind", sorted(removaltypes.DELETED_FULL))
def test_what_is_deleted_with_its_data_must_be_named_also_where_nobody_looked_into_it(kind: str) -> None:
    unknown = verdict(kind, DeletionPolicy="Delete")
    assert unknown.fate is Fate.GOES_WITH_DATA
    assert "--with-data It" in unknown.hint
    assert verdict(kind, Contents("much"), DeletionPolicy="Delete").why == "it holds much"
    assert verdict(kind, Contents(), DeletionPolicy="Delete").fate is Fate.GOES
    assert verdict(kind, Contents("much"), "It", DeletionPolicy="Delete").hint == ""


@pytest.mark.parametrize("policy", ["Delete", {"Fn::If": ["Keeps", "Retain", "Delete"]}])
def test_a_policy_that_nobody_can_read_keeps_nothing_by_guess(policy: object) -> None:
    """An expression that was not carried out counts as none: what holds data must then be named."""
    assert verdict("AWS::DynamoDB::Table", Contents("items"), DeletionPolicy=policy).fate is Fate.GOES_WITH_DATA


def test_databases_of_rds_leave_a_snapshot_unless_the_template_says_otherwise() -> None:
    """CloudFormation's "DeletionPolicy attribute", Snapshot: the default of DBCluster, and of DBInstance alone."""
    data = Contents("a database")
    assert verdict("AWS::RDS::DBCluster", data).why == "a snapshot of it stays (DeletionPolicy: Snapshot)"
    assert verdict("AWS::RDS::DBInstance", data).fate is Fate.GOES
    member = verdict("AWS::RDS::DBInstance", data, Properties={"DBClusterIdentifier": "c"})
    assert member.fate is Fate.GOES_WITH_DATA
    assert verdict("AWS::RDS::DBCluster", data, DeletionPolicy="Delete").fate is Fate.GOES_WITH_DATA


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::DynamoDB::Table", {"DeletionProtectionEnabled": "true"}),
        ("AWS::Cognito::UserPool", {"DeletionProtection": "ACTIVE"}),
        ("AWS::Neptune::DBCluster", {"DeletionProtection": True}),
    ],
)
def test_deletion_protection_keeps_a_resource_and_is_told_with_what_lifts_it(
    kind: str, properties: dict[str, Any]
) -> None:
    found = verdict(kind, Properties=properties)
    assert (found.fate, found.why) == (Fate.STAYS, "it has deletion protection")
    assert "it-1" in found.hint
    lifted = verdict(kind, Contents(), Properties=properties)
    assert lifted.fate is Fate.GOES, "what AWS says now counts, not what the template said"


def test_by_products_go_and_are_said() -> None:
    assert verdict("AWS::Logs::LogGroup").why == "with the logs in it"
    assert verdict("AWS::IAM::Role") == ResourceVerdict(StackResource("It", "AWS::IAM::Role", "it-1"), Fate.GOES, "")


def nested(inner: dict[str, Any], *, contents: Contents | None = None, **definition: Any) -> dict[str, str]:
    kind = inner["Type"]
    resources = (
        StackResource("Child", "AWS::CloudFormation::Stack", "arn:child"),
        StackResource("Child/Inner", kind, "inner-1"),
    )
    child = {"Type": "AWS::CloudFormation::Stack", **definition}
    templates = {"": {"Resources": {"Child": child}}, "Child/": {"Resources": {"Inner": inner}}}
    seen = StackSeen(STACK, resources, templates, {"Child/Inner": contents} if contents else {})
    return {each.resource.logical_id: each.fate.value for each in removalrules.of_resources(seen, ())}


def test_a_nested_stack_goes_with_what_is_in_it_but_for_what_its_own_template_keeps() -> None:
    assert nested({"Type": "AWS::IAM::Role"}) == {"Child": "goes", "Child/Inner": "goes"}
    kept = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    assert nested(kept) == {"Child": "goes", "Child/Inner": "stays"}


def test_a_nested_stack_stays_where_something_in_it_cannot_be_deleted_or_where_it_is_kept() -> None:
    full = nested({"Type": "AWS::S3::Bucket"}, contents=Contents("1 object"))
    assert full == {"Child": "stays", "Child/Inner": "stays"}
    assert nested({"Type": "AWS::IAM::Role"}, DeletionPolicy="Retain") == {"Child": "stays", "Child/Inner": "stays"}


def commands() -> list[str]:
    kinds = sorted(removaltypes.DELETED_FULL | removaltypes.REFUSED_WHEN_FULL | {"AWS::Logs::LogGroup"})
    makes = (removaltypes.lift, removaltypes.empty, removaltypes.delete)
    found = [make(kind, "it-1", "eu-west-1").partition(" (")[0] for kind in kinds for make in makes]
    return [each for each in found if each.startswith("aws ")]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_that_it_names_is_one_of_aws_cli(command: str) -> None:
    _, service, verb, *rest = shlex.split(command)
    if service == "s3":  # made by hand in AWS CLI: "aws s3", high-level commands
        assert (verb, rest) in [("rm", ["s3://it-1", "--recursive", *rest[2:]]), ("rb", ["s3://it-1", *rest[1:]])]
        return
    session: Any = boto3.Session("x", "x", region_name="eu-west-1")
    client = session.client(service)
    operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(operations[verb]).input_shape
    assert shape is not None
    members = {xform_name(name, "-") for name in shape.members} | {"region"}
    options = {each.removeprefix("--") for each in rest if each.startswith("--")}
    assert {each if each in members else each.removeprefix("no-") for each in options} <= members
