"""pipeline.yaml as the generator writes it: for our own project, and for templates of other teams."""

from __future__ import annotations

import fnmatch
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.github import trust
from release.adapters import process
from release.adapters.projectfiles import WorkingTree
from release.adapters.samtranslation import SamTranslator
from release.adoption import pipeline, pipelinereport
from release.adoption.known import handler_actions
from release.adoption.pipeline import PipelinePlan
from release.adoption.scopes import SCOPES
from release.completion import inferred
from release.errors import ConflictError, NotFoundError, UsageError
from release.settings import config as config_file
from release.settings.config import Config
from tests.support.world import RELEASE_TOML

ROOT = Path(__file__).parents[3]
OURS = config_file.parse((ROOT / "release.toml").read_text(encoding="utf-8"))
THEIRS = config_file.parse(RELEASE_TOML)
TRANSLATOR = SamTranslator(lambda: Path(sys.executable), dict(os.environ))
#: IAM's "IAM and AWS STS quotas": characters of a managed policy, blanks not counted.
LONGEST = 6144
ACCOUNT = {"AWS::Partition": "aws", "AWS::AccountId": "123456789012", "AWS::Region": "eu-west-1"}


@cache
def ours() -> PipelinePlan:
    return pipeline.plan(OURS, WorkingTree(ROOT), TRANSLATOR)


class Files:
    """A working tree in memory."""

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in files.items()}

    def read(self, path: str) -> bytes:
        if path.endswith("Dockerfile"):
            return b"FROM public.test/python:3.13\n"
        if path not in self.files:
            raise NotFoundError(f"no {path}")
        return self.files[path].encode()

    def write(self, path: str, text: str) -> None:
        self.files[path] = text


def planned(template: str, config: Config = THEIRS, **more: str) -> PipelinePlan:
    files = Files(template_yaml="Transform: AWS::Serverless-2016-10-31\n" + template, **more)
    return pipeline.plan(with_inferred(config, files), files, TRANSLATOR)


def with_inferred(config: Config, files: Files) -> Config:
    """With the images that only the template describes, as every command has them."""
    return replace(config, images=config_file.parse(inferred.with_images(RELEASE_TOML, files.read)).images)


def resources(plan: PipelinePlan) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in trust_template(plan.generated.text)["Resources"].items()}


def trust_template(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, trust._Loader)
    return document


def statements(plan: PipelinePlan, environment: str = "staging") -> list[dict[str, Any]]:
    """What the deploying role of an environment may do, with every variable filled in."""
    found, all_of = [], resources(plan)
    role = next(each for name, each in all_of.items() if name.lower() == f"{environment}deployrole")
    documents = [each["PolicyDocument"] for each in role.get("Policies", ())]
    documents += [all_of[each["Ref"]]["PolicyDocument"] for each in role["ManagedPolicyArns"]]
    known = ACCOUNT | {"Project": plan.project}
    known |= {"!aws:PrincipalTag/" + tag["Key"]: str(filled(tag["Value"], known)) for tag in role["Tags"]}
    known |= {key.removeprefix("!"): value for key, value in known.items()}
    for document in documents:
        found += [filled(each, known) for each in document["Statement"]]
    return found


def filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return (
            filled(value["Fn::Sub"], known) if "Fn::Sub" in value else {k: filled(v, known) for k, v in value.items()}
        )
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if isinstance(value, str):
        for name, text in known.items():
            value = value.replace("${" + name + "}", text)
    return value


def allows(found: list[dict[str, Any]], action: str, resource: str) -> bool:
    return any(
        any(fnmatch.fnmatchcase(action, each) for each in listed(one["Action"]))
        and any(fnmatch.fnmatchcase(resource, each) for each in listed(one["Resource"]) if isinstance(each, str))
        for one in found
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


FUNCTION = """
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, %s}
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
"""


def test_the_file_of_this_project_is_what_the_generator_writes() -> None:
    assert ours().diff == ""
    assert ours().generated.notes == ()
    assert ours().generated.unknown == ()


def test_no_permission_that_a_handler_of_our_template_needs_is_missing() -> None:
    """Judged by the names that CloudFormation makes, apart from the generator's own names."""
    found = statements(ours())
    names = {
        "dynamodb": "table/member-reporting-staging-MembersTable-1ABC",
        "logs": "log-group:member-reporting-staging-ExportLogGroup-1ABC:*",
        "lambda": "function:member-reporting-staging-ExportFunction-1ABC",
        "cloudwatch": "alarm:member-reporting-staging-ReportErrorsAlarm-1ABC",
        "codedeploy": "deploymentgroup:member-reporting-staging-App-1ABC/member-reporting-staging-Group-1ABC",
        "cognito-idp": "userpool/eu-west-1_abc",
    }
    special = {
        "s3": "arn:aws:s3:::member-reporting-staging-reportsbucket-1abc",
        "apigateway": "arn:aws:apigateway:eu-west-1::/restapis/a1b2",
    }
    missing = []
    for kind in ours().generated.types:
        scope = SCOPES[kind]
        left = {f"{scope.service}:{each}" for each in scope.data}
        for action in handler_actions()[kind]:
            service = action.partition(":")[0]
            resource = special.get(service, f"arn:aws:{service}:eu-west-1:123456789012:{names.get(service, '')}")
            if service == "iam":
                resource = "arn:aws:iam::123456789012:role/member-reporting-staging-ExportFunctionRole-1ABC"
            if service == scope.service and action not in left and not allows(found, action, resource):
                missing.append((kind, action))
    # Never less boundary; of buckets their settings only, and no S3 Tables.
    assert {action for _, action in missing} == {
        "iam:DeleteRolePermissionsBoundary",
        *("s3:DeleteObject", "s3:PutObjectAcl"),
        *(each for _, each in missing if "MetadataTable" in each or "BucketMetadata" in each),
    }


def test_nothing_of_one_environment_reaches_the_other() -> None:
    found = statements(ours())
    for resource in (
        "arn:aws:lambda:eu-west-1:123456789012:function:member-reporting-production-ExportFunction-1ABC",
        "arn:aws:iam::123456789012:role/member-reporting-production-ExportFunctionRole-1ABC",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/member-reporting-production-MembersTable-1",
        "arn:aws:s3:::member-reporting-production-reportsbucket-1",
    ):
        action = {"lambda": "UpdateAlias", "iam": "PutRolePolicy", "dynamodb": "DeleteTable", "s3": "PutBucketPolicy"}
        service = resource.split(":")[2]
        assert not allows(found, f"{service}:{action[service]}", resource)


def test_every_policy_is_within_the_limit_of_iam() -> None:
    for name, each in resources(ours()).items():
        if "PolicyDocument" in each:
            known = ACCOUNT | {"Project": "a" * 31}
            written = json.dumps(filled(each["PolicyDocument"], known), separators=(",", ":"))
            assert len(written) <= LONGEST, name


def test_the_teams_own_block_stays_as_it_is_and_its_types_are_not_asked_for_again() -> None:
    template = FUNCTION % "" + "  Room: {Type: AWS::Chime::Room, Properties: {}}\n"
    first = planned(template)
    assert [(each.type, each.where) for each in first.generated.unknown] == [("AWS::Chime::Room", ("Room",))]
    assert "AWS::Chime::Room (Room)" in pipelinereport.of_print(first).notes[0]
    own = "  Mine: # AWS::Chime::Room\n    Type: AWS::IAM::ManagedPolicy"
    text = first.generated.text.replace("  # <<< yours", own + "\n  # <<< yours")
    second = planned(template, pipeline_yaml=text)
    assert own in second.generated.text
    assert second.diff == ""
    assert second.generated.unknown == ()


def test_a_template_that_grows_a_type_is_refused_by_the_check_with_the_difference_and_the_way_out() -> None:
    before = planned(FUNCTION % "").generated.text
    grown = planned(FUNCTION % "" + "  Jobs: {Type: AWS::SQS::Queue}\n", pipeline_yaml=before)
    with pytest.raises(ConflictError, match=r"not what release\.toml and the template ask for") as refused:
        pipeline.check(grown)
    assert "release pipeline --write" in refused.value.next_step
    assert "aws cloudformation deploy" in refused.value.next_step
    assert "+              - sqs:CreateQueue" in refused.value.report.text
    now = planned(FUNCTION % "" + "  Jobs: {Type: AWS::SQS::Queue}\n", pipeline_yaml=grown.generated.text)
    pipeline.check(now)
    assert "deploy it again before this is merged" in pipelinereport.of_check(now, before).text
    assert "must be deployed again" in pipelinereport.of_check(now, before).summary
    assert "again" not in pipelinereport.of_check(now, grown.generated.text).text


def test_a_resource_more_of_a_type_that_is_there_changes_nothing() -> None:
    one = FUNCTION % "" + "  Jobs: {Type: AWS::SQS::Queue}\n"
    assert planned(one).generated.text == planned(one + "  More: {Type: AWS::SQS::Queue}\n").generated.text


def test_line_ends_of_windows_are_no_difference() -> None:
    text = planned(FUNCTION % "").generated.text
    assert planned(FUNCTION % "", pipeline_yaml=text.replace("\n", "\r\n")).diff == ""


def test_events_policies_and_networks_of_a_function_give_what_they_expand_to() -> None:
    plan = planned(
        FUNCTION
        % (
            "Policies: [{S3ReadPolicy: {BucketName: !Ref Models}}, AWSLambdaSQSQueueExecutionRole], "
            "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}, "
            "Events: {Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}, "
            "Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}, Web: {Type: HttpApi}}"
        )
        + "  Jobs: {Type: AWS::SQS::Queue}\n  Models: {Type: AWS::S3::Bucket}\n"
    )
    assert plan.generated.unknown == ()
    found = statements(plan)
    account = "eu-west-1:123456789012"
    assert allows(found, "scheduler:CreateSchedule", f"arn:aws:scheduler:{account}:schedule/default/WorkDaily")
    assert allows(found, "ec2:DescribeSubnets", "*")
    assert allows(found, "apigateway:POST", "arn:aws:apigateway:eu-west-1::/apis")
    assert allows(found, "sqs:CreateQueue", f"arn:aws:sqs:{account}:app-staging-Jobs-1ABC")
    assert not allows(found, "sqs:CreateQueue", f"arn:aws:sqs:{account}:other-Jobs-1ABC")
    new = next(each for each in found if each.get("Sid") == "NewEventSources")
    assert new["Condition"]["ArnLike"]["lambda:FunctionArn"].endswith(":function:app-staging-*")
    passed = next(each for each in found if each.get("Sid") == "HandRolesToTheirServices")
    assert passed["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
    ]
    bound = filled(resources(plan)["Boundary"]["PolicyDocument"]["Statement"], ACCOUNT | {"Project": "app"})
    assert allows(bound, "s3:GetObject", "arn:aws:s3:::app-staging-models-1abc/model.bin")
    assert not allows(bound, "s3:PutObject", "arn:aws:s3:::app-staging-models-1abc/model.bin")
    assert not allows(bound, "s3:GetObject", "arn:aws:s3:::another/model.bin")
    assert allows(bound, "sqs:ReceiveMessage", f"arn:aws:sqs:{account}:anything")
    assert allows(bound, "logs:PutLogEvents", "*")


def test_stacks_that_are_not_called_after_the_project_are_held_apart_too() -> None:
    environments = {
        "staging": replace(THEIRS.environments["staging"], stack="Test"),
        "production": replace(THEIRS.environments["production"], stack="Live"),
    }
    plan = planned(FUNCTION % "" + "  Models: {Type: AWS::S3::Bucket}\n", replace(THEIRS, environments=environments))
    for environment, own, other in (("staging", "Test", "Live"), ("production", "Live", "Test")):
        found = statements(plan, environment)
        function = "arn:aws:lambda:eu-west-1:123456789012:function:{}-Work-1ABC"
        assert allows(found, "lambda:UpdateFunctionCode", function.format(own))
        assert not allows(found, "lambda:UpdateFunctionCode", function.format(other))
        assert allows(found, "s3:CreateBucket", f"arn:aws:s3:::{own.lower()}-models-1abc")
        assert not allows(found, "s3:CreateBucket", f"arn:aws:s3:::{other.lower()}-models-1abc")


def test_nested_templates_count_with_what_they_make() -> None:
    child = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
    plan = planned(
        FUNCTION % "" + "  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}\n",
        child__template_yaml=child,
    )
    assert "AWS::SNS::Topic" in plan.generated.types
    found = statements(plan)
    topic = "arn:aws:sns:eu-west-1:123456789012:app-staging-Child-1ABC-Topic-2DEF"
    assert allows(found, "sns:CreateTopic", topic)
    stack = "arn:aws:cloudformation:eu-west-1:123456789012:stack/app-staging-Child-1ABC/uuid"
    assert allows(found, "cloudformation:CreateStack", stack)
    assert allows(found, "cloudformation:ListStackResources", stack), "the proof looks at the functions in it"
    watch = json.dumps(resources(plan)["WatchRole"]["Policies"])
    assert "stack/${Project}-*/*" in watch


def test_what_watches_sees_nested_stacks_whatever_the_stacks_are_called() -> None:
    other = replace(THEIRS, project="other")
    child = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
    nested = "  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}\n"
    plan = planned(FUNCTION % "" + nested, other, child__template_yaml=child)
    watch = json.dumps(resources(plan)["WatchRole"]["Policies"])
    assert "stack/app-staging/*" in watch
    assert "stack/app-staging-*/*" in watch
    alone = json.dumps(resources(planned(FUNCTION % "", other))["WatchRole"]["Policies"])
    assert "stack/app-staging-*/*" not in alone


def test_what_a_template_hides_from_everybody_but_cloudformation_is_named() -> None:
    template = (
        "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"
        + FUNCTION % ""
        + (
            "  Fn::ForEach::Topics: [Name, [A, B], {'Topic${Name}': {Type: AWS::SNS::Topic}}]\n"
            "  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.org/t.yaml'}}\n"
        )
    )
    files = Files(template_yaml=template)
    plan = pipeline.plan(with_inferred(THEIRS, files), files, TRANSLATOR)
    said = "\n".join(plan.generated.notes)
    assert "AWS::LanguageExtensions" in said
    assert "Fn::ForEach::Topics is a loop" in said
    assert "what is in Far is not in this repository" in said


def test_a_template_that_sam_refuses_is_refused_with_its_words() -> None:
    with pytest.raises(UsageError, match=r"template.yaml cannot be expanded by SAM: .*Work") as refused:
        planned(
            "Resources: {Work: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, InlineCode: '', Bad: 1}}}"
        )
    assert refused.value.next_step == "sam validate --lint --template-file template.yaml"


def test_secrets_of_smoke_headers_are_readable_by_their_environment_alone() -> None:
    smoke = '\n[[smoke]]\nname = "key"\n[[smoke.steps]]\nget = "/"\n'
    smoke += 'secret-headers = { x-key = "keys/{environment}/smoke" }\n'
    plan = planned(FUNCTION % "", config_file.parse(RELEASE_TOML.partition("[[smoke]]")[0] + smoke))
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys/{}/smoke-AbCdEf"
    assert allows(statements(plan), "secretsmanager:GetSecretValue", secret.format("staging"))
    assert not allows(statements(plan), "secretsmanager:GetSecretValue", secret.format("production"))


def test_a_date_without_quotes_is_the_text_that_cloudformation_reads() -> None:
    template = "AWSTemplateFormatVersion: 2010-09-09\n" + FUNCTION % (
        "Policies: [{Version: 2012-10-17, Statement: [{Effect: Allow, Action: sqs:SendMessage, Resource: '*'}]}]"
    )
    assert "sqs:SendMessage" in planned(template).generated.text


def test_an_application_of_aws_repository_is_named_and_nobody_is_asked_for_it() -> None:
    place = "{ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:applications/x', SemanticVersion: 1.0.0}"
    plan = planned(
        FUNCTION % "" + f"  Theirs: {{Type: AWS::Serverless::Application, Properties: {{Location: {place}}}}}\n"
    )
    assert "what is in Theirs is not in this repository" in "\n".join(plan.generated.notes)
    assert "AWS::CloudFormation::Stack" in plan.generated.types


def test_a_type_that_is_an_expression_is_refused_with_its_resource() -> None:
    with pytest.raises(UsageError, match="the Type of Odd is no text"):
        planned(FUNCTION % "" + "  Odd: {Type: {Ref: AWS::StackName}}\n")


def test_what_cloudformations_schemas_leave_out_is_granted_by_the_services_own_calls() -> None:
    plan = planned(
        FUNCTION % ""
        + "  Zone: {Type: AWS::Route53::RecordSetGroup, Properties: {HostedZoneId: Z1, RecordSets: []}}\n"
        + "  Schema: {Type: AWS::AppSync::GraphQLSchema, Properties: {ApiId: x}}\n"
        + "  Mount: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: x, SubnetId: y, SecurityGroups: []}}\n"
    )
    assert plan.generated.unknown == ()
    found = statements(plan)
    assert allows(found, "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1")
    assert allows(found, "appsync:StartSchemaCreation", "arn:aws:appsync:eu-west-1:123456789012:apis/x")
    assert allows(found, "ec2:CreateNetworkInterface", "*")


#: What the templates of two teams that do not know this project have in them: images as SAM builds them, ZIP beside
#: them, APIs of both kinds, a schedule, a table, a bucket that stays, SAM's policy templates, no parameter.
TWO_TEAMS = """
Globals: {Function: {Timeout: 15, MemorySize: 512}}
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}
  Players:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref PlayersTable}}]
      Events: {Any: {Type: Api, Properties: {RestApiId: !Ref Api, Path: "/players/{proxy+}", Method: any}}}
    Metadata: {DockerContext: ., Dockerfile: services/players/Dockerfile, DockerTag: latest}
  Training:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Environment: {Variables: {MODEL_BUCKET: !Ref Models}}
      Policies: [{S3CrudPolicy: {BucketName: !Ref Models}}]
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}, Web: {Type: HttpApi}}
    Metadata: {DockerContext: ., Dockerfile: lambdas/training/Dockerfile, DockerTag: latest}
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ./authorizer, Handler: app.handler, Runtime: python3.13}
  PlayersTable: {Type: AWS::Serverless::SimpleTable}
  Models: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}
"""


def test_templates_of_teams_that_do_not_know_this_project_need_nothing_by_hand(tmp_path: Path) -> None:
    plan = planned(TWO_TEAMS)
    assert (plan.generated.unknown, plan.generated.notes) == ((), ())
    (tmp_path / "pipeline.yaml").write_text(plan.generated.text, encoding="utf-8")
    linted = process.run([Path(sys.executable).with_name("cfn-lint"), tmp_path / "pipeline.yaml"], check=False)
    assert (linted.code, linted.stdout) == (0, "")
    found = statements(plan, "production")
    assert allows(found, "s3:PutBucketPolicy", "arn:aws:s3:::app-production-models-1abc")
    assert allows(found, "events:PutRule", "arn:aws:events:eu-west-1:123456789012:rule/app-production-TrainingDaily-1A")
    bound = filled(resources(plan)["Boundary"]["PolicyDocument"]["Statement"], ACCOUNT | {"Project": "app"})
    assert allows(bound, "s3:PutObject", "arn:aws:s3:::app-production-models-1abc/model.bin")
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/app-staging-PlayersTable-1A"
    assert allows(bound, "dynamodb:PutItem", table)


def smoking(*steps: str) -> Config:
    test = '\n[[smoke]]\nname = "looks"\n' + "".join(f"[[smoke.steps]]\n{each}\n" for each in steps)
    return config_file.parse(RELEASE_TOML.partition("[[smoke]]")[0] + test)


LOOKED_AT = """
  Own: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "orders-${Environment}"}}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "jobs-${Environment}"}}
  Made: {Type: AWS::S3::Bucket}
  Models: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "models-${Environment}"}}
Parameters: {Environment: {Type: String}, Elsewhere: {Type: String}}
Outputs:
  Own: {Value: !Ref Own}
  Jobs: {Value: !GetAtt Jobs.QueueUrl}
  Models: {Value: !Ref Models}
  Made: {Value: !Ref Made}
  Far: {Value: !Ref Elsewhere}
"""


def test_what_smoke_tests_look_at_is_granted_by_its_own_name_to_its_environment_alone() -> None:
    """What each step calls: adapters/application.py."""
    config = smoking(
        'item = "{output.Own}"\nkey = { id = "1" }',
        'queue-empty = "{output.Jobs}"',
        'object = "s3://{output.Models}/latest.json"',
        'object = "s3://reports/daily/"',
        'count-items = "{output.Far}"\nsave = { n = "count" }',
    )
    plan = planned(FUNCTION % "" + LOOKED_AT, config)
    found, production = statements(plan), statements(plan, "production")
    account = "eu-west-1:123456789012"
    for action, place in (
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{account}:table/orders-staging"),
        ("sqs:GetQueueAttributes", f"arn:aws:sqs:{account}:jobs-staging"),
        ("s3:ListBucket", "arn:aws:s3:::models-staging"),
        ("s3:GetObject", "arn:aws:s3:::models-staging/latest.json"),
    ):
        assert allows(found, action, place), action
        assert not allows(production, action, place), action
    assert allows(found, "s3:ListBucket", "arn:aws:s3:::reports")
    assert not allows(found, "s3:GetObject", "arn:aws:s3:::reports/daily/1.json")  # a list tells
    assert ["dynamodb:Scan on it" in each for each in plan.generated.notes] == [True]


def test_an_object_of_the_stacks_own_bucket_may_be_asked_for_by_its_key() -> None:
    plan = planned(FUNCTION % "" + LOOKED_AT, smoking('object = "s3://{output.Made}/latest.json"'))
    assert allows(statements(plan), "s3:GetObject", "arn:aws:s3:::app-staging-made-1abc/latest.json")


def test_the_longest_names_make_roles_that_iam_takes_and_two_environments_keep_two() -> None:
    project, long = "p" * 31, "e" * 30
    text = RELEASE_TOML.partition("[[smoke]]")[0].replace('name = "app"', f'name = "{project}"')
    text = text.replace("environments.production", f"environments.{long}1").replace(
        "environments.staging", f"environments.{long}2"
    )
    config = config_file.parse(text.replace('proven-in = "staging"', f'proven-in = "{long}2"'))
    plan = planned(FUNCTION % "", config)
    names = [filled(each["RoleName"], {"Project": project}) for each in resources(plan).values() if "RoleName" in each]
    assert len(set(names)) == 5
    assert max(map(len, names)) == 64
    found = trust_template(plan.generated.text)["Resources"]
    subjects = [str(each["Properties"].get("AssumeRolePolicyDocument")) for each in found.values()]
    assert sum(f":environment:{long}1" in each for each in subjects) == 1


def test_without_aliases_the_role_may_change_and_invoke_the_function_and_needs_nothing_of_versions() -> None:
    plan = planned(FUNCTION % "", replace(THEIRS, alias="none"))
    assert {each for each in plan.generated.types if "::Lambda::" in each} == {"AWS::Lambda::Function"}
    may = statements(plan)
    function = "arn:aws:lambda:eu-west-1:123456789012:function:app-staging-Work-0A1B2C3D4E5F"
    for action in ("UpdateFunctionCode", "UpdateFunctionConfiguration", "InvokeFunction", "GetFunction"):
        assert allows(may, f"lambda:{action}", function)
        assert not allows(may, f"lambda:{action}", function.replace("app-staging", "app-production"))
    assert not any("codedeploy" in str(each["Action"]) for each in may)


def test_a_role_that_gets_no_boundary_is_named_with_the_way_out() -> None:
    """SAM makes it of a resource that takes none, and the deploying role makes no role without one."""
    properties = "{SchemaInline: 'type Query { a: String }', Auth: {Type: API_KEY}}"
    graph = f"  Graph: {{Type: AWS::Serverless::GraphQLApi, Properties: {properties}}}\n"
    said = [each for each in planned(FUNCTION % "" + graph).generated.notes if "no permissions boundary" in each]
    assert len(said) == 1
    assert said[0].startswith("the role Graph")
    assert not [each for each in planned(FUNCTION % "").generated.notes if "no permissions boundary" in each]
