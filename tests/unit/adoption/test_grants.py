"""Which names a role is held to: the stack's where they carry it, what the template says where it says more."""

from __future__ import annotations

from typing import Any

import pytest

from release.adoption import boundary, proof
from release.adoption.expanded import Expanded
from release.adoption.grants import Grants, grants
from release.adoption.values import Values
from release.settings import config as config_file
from tests.support.world import RELEASE_TOML

ENVIRONMENTS = config_file.parse(RELEASE_TOML).environments


def everywhere(resources: dict[str, Any], **parameters: str) -> list[Expanded]:
    declared = {name: {"Type": "String"} for name in (*parameters, "Unknown")}
    return [
        Expanded(each, (Values({"Resources": resources, "Parameters": declared}, {**parameters, "Stage": name}),))
        for name, each in ENVIRONMENTS.items()
    ]


def granted(resources: dict[str, Any], **parameters: str) -> Grants:
    return grants(everywhere(resources, **parameters))


def places(found: Grants, sid: str, environment: str = "") -> list[str]:
    statements = found.own[environment] if environment else found.shared
    return [place for each in statements if each.sid == sid for place in each.resources]


def test_a_name_that_cloudformation_makes_is_the_stacks_and_shared() -> None:
    found = granted({"Jobs": {"Type": "AWS::SQS::Queue"}})
    assert places(found, "Queues") == ["arn:${AWS::Partition}:sqs:*:${AWS::AccountId}:<stack>-*"]
    assert found.own == {"staging": (), "production": ()}


def test_a_name_without_the_stack_belongs_to_the_role_of_its_environment_alone() -> None:
    name = {"Fn::Sub": "orders-${Stage}"}
    found = granted({"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}}, Stage="x")
    assert places(found, "Tables") == []
    for environment in ("staging", "production"):
        first, *_ = places(found, "Tables", environment)
        assert first == f"arn:${{AWS::Partition}}:dynamodb:*:${{AWS::AccountId}}:table/orders-{environment}"


def test_a_state_machines_made_up_name_has_no_stack_in_it() -> None:
    found = granted({"Flow": {"Type": "AWS::StepFunctions::StateMachine"}})
    assert places(found, "StateMachines") == ["arn:${AWS::Partition}:states:*:${AWS::AccountId}:stateMachine:Flow-*"]
    assert (
        "Flow (AWS::StepFunctions::StateMachine): the name that CloudFormation makes up may have no stack"
        in found.notes[0]
    )
    named = {"StateMachineName": {"Fn::Sub": "${AWS::StackName}-flow"}}
    assert granted({"Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": named}}).notes == ()


def test_a_name_that_only_the_place_knows_is_not_granted_and_named() -> None:
    found = granted({"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Unknown"}}}})
    assert places(found, "Queues") == []
    assert "Jobs (AWS::SQS::Queue): its name comes from outside" in found.notes[0]


def test_a_type_without_a_rule_is_named_with_its_actions() -> None:
    found = granted({"A": {"Type": "AWS::SES::Template"}, "B": {"Type": "AWS::Nowhere::Thing"}})
    nowhere, mail = found.unknown
    assert (mail.type, mail.where) == ("AWS::SES::Template", ("A",))
    assert "ses:CreateEmailTemplate" in mail.actions or "ses:CreateTemplate" in mail.actions
    assert nowhere.actions == ()


def test_a_role_whose_name_is_cut_is_reached_by_what_is_left_of_it() -> None:
    trust = {"Statement": [{"Principal": {"Service": "lambda.amazonaws.com"}}]}
    name = "TheRoleOfAFunctionWithAVeryLongNameIndeed"
    found = granted({name: {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}})
    place = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/app-stag*{name}*"
    assert places(found, "RolesInsideTheBoundary", "staging") == [place]
    assert any("its name is cut in production" in each for each in found.notes)
    for statement in found.own["staging"]:
        if statement.sid == "RolesInsideTheBoundary":
            assert statement.conditions[0].values == ("!Ref Boundary",)


@pytest.mark.parametrize(
    ("text", "sid", "place"),
    [
        (
            "{{resolve:secretsmanager:db/x:SecretString:key}}",
            "SecretsInUse",
            "secretsmanager:*:${AWS::AccountId}:secret:db/x-*",
        ),
        ("{{resolve:ssm:/app/key}}", "ParametersInUse", "ssm:*:${AWS::AccountId}:parameter/app/key"),
        (
            "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a-b:SecretString}}",
            "SecretsInUse",
            "arn:aws:secretsmanager:eu-west-1:1:secret:a-b",
        ),
    ],
)
def test_what_cloudformation_looks_up_may_be_read(text: str, sid: str, place: str) -> None:
    found = granted({"F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": text}}}}})
    (own,) = places(found, sid, "staging") or places(found, sid)
    assert own.endswith(place)


def test_a_key_is_used_through_the_service_that_encrypts_with_it() -> None:
    found = granted({"F": {"Type": "AWS::Lambda::Function", "Properties": {"KmsKeyArn": "arn:aws:kms:a:1:key/2"}}})
    (statement,) = [each for each in found.shared if each.sid == "KeysInUse"]
    assert [(each.operator, each.values) for each in statement.conditions] == [
        ("StringLike", ("lambda.*.amazonaws.com",))
    ]
    assert "KeysInUse" not in {each.sid for each in granted({"F": {"Type": "AWS::Lambda::Function"}}).shared}


def test_a_custom_resource_may_call_its_function() -> None:
    own = granted(
        {
            "F": {"Type": "AWS::Lambda::Function"},
            "Mine": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}}},
        }
    )
    assert places(own, "CustomResources") == []  # the stack's own function is the role's anyway
    token = "arn:aws:lambda:eu-west-1:1:function:shared"
    other = granted({"Theirs": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token}}})
    assert places(other, "CustomResources", "staging") == [token]
    hidden = granted({"T": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::ImportValue": "x"}}}})
    assert "which function it calls is not known here" in hidden.notes[0]


def test_a_role_of_somebody_else_is_handed_on_by_its_name() -> None:
    role = "arn:aws:iam::1:role/theirs"
    found = granted({"F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": role}}})
    assert places(found, "HandOthersRoles", "staging") == [role]
    hidden = granted({"F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Unknown"}}}})
    assert "its Role is not known here" in hidden.notes[0]


def role(*statements: dict[str, Any], managed: tuple[Any, ...] = ()) -> dict[str, Any]:
    own = {
        "Policies": [{"PolicyDocument": {"Statement": list(statements)}}],
        "ManagedPolicyArns": list(managed),
        "PermissionsBoundary": {"Ref": "PermissionsBoundaryArn"},
    }
    return {"R": {"Type": "AWS::IAM::Role", "Properties": own}}


def test_the_boundary_is_what_the_roles_ask_for_and_a_denial_is_no_asking() -> None:
    ask = {"Effect": "Allow", "Action": "DynamoDB:GetItem", "Resource": {"Fn::GetAtt": ["T", "Arn"]}}
    never = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    found = boundary.boundary(everywhere({**role(ask, never), "T": {"Type": "AWS::DynamoDB::Table"}}))
    assert [(each.sid, each.actions) for each in found.statements[:-1]] == [("Dynamodb", ("dynamodb:GetItem",))]
    assert found.statements[0].resources == ("arn:${AWS::Partition}:dynamodb:*:${AWS::AccountId}:table/<stack>-T-*",)


def test_a_managed_policy_counts_by_its_content_and_an_unknown_one_is_named() -> None:
    known = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    found = boundary.boundary(everywhere(role(managed=(known, "arn:aws:iam::aws:policy/NobodyKnowsThisOne"))))
    assert "sqs:ReceiveMessage" in found.statements[0].actions
    assert found.notes == (
        "R: what the policy NobodyKnowsThisOne allows is not known here; the boundary does not give it",
    )


def test_who_asks_for_everything_does_not_get_it_from_the_boundary() -> None:
    found = boundary.boundary(everywhere(role({"Effect": "Allow", "Action": "*", "Resource": "*"})))
    assert [each.sid for each in found.statements] == ["Telemetry"]
    assert "R asks for every action" in found.notes[0]


def test_a_boundary_that_would_be_too_long_is_wider_and_says_so() -> None:
    many = [
        {"Effect": "Allow", "Action": f"s3:GetObject{n}", "Resource": f"arn:aws:s3:::a-bucket-with-a-long-name-{n}/*"}
        for n in range(90)
    ]
    found = boundary.boundary(everywhere(role(*many)))
    assert sum(each.size() for each in found.statements) <= boundary.LONGEST
    assert "the boundary allows s3 more widely" in found.notes[0]


def test_what_is_asked_on_an_alias_is_bounded_by_its_function() -> None:
    template: dict[str, Any] = {
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "work"}},
        "A": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "F"}, "Name": "live"}},
    }
    ask = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": {"Ref": "A"}}
    found = boundary.boundary(everywhere({**template, **role(ask)}))
    assert found.statements[0].resources == ("arn:${AWS::Partition}:lambda:*:${AWS::AccountId}:function:work:*",)
    permission = {"P": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "A"}}}}
    own = granted({**template, **permission})
    assert own.notes == ()
    assert places(own, "Functions") == []
    assert len(places(own, "Functions", "staging")) == 2


def test_a_name_where_an_arn_belongs_bounds_nothing() -> None:
    found = boundary.boundary(everywhere(role({"Effect": "Allow", "Action": "sns:Publish", "Resource": "my-topic"})))
    assert found.statements[0].resources == ("*",)


def test_an_alias_of_a_state_machine_needs_the_alarms_too() -> None:
    found = granted({"A": {"Type": "AWS::StepFunctions::StateMachineAlias"}})
    assert [each.actions for each in found.shared if each.sid == "AlsoNeeded"] == [("cloudwatch:DescribeAlarms",)]


def test_a_secret_that_is_a_parameter_may_be_read_by_the_role_of_its_environment_alone() -> None:
    mine = (
        'Environment = "production"',
        'Environment = "production"\nKey = "secret:shared/key#k"\n'
        'Level = "{{resolve:ssm:/app/level:3}}"\nOwn = "secret:app/production/own"',
    )
    config = config_file.parse(RELEASE_TOML.replace(*mine))
    secrets, stored = proof.own(config, config.environment("production"))
    assert secrets.resources == ("arn:${AWS::Partition}:secretsmanager:*:${AWS::AccountId}:secret:shared/key-*",)
    assert (stored.actions, stored.resources) == (
        ("ssm:GetParameters",),
        ("arn:${AWS::Partition}:ssm:*:${AWS::AccountId}:parameter/app/level",),
    )
    assert proof.own(config, config.environment("staging")) == ()


def actions(found: Grants, sid: str) -> set[str]:
    return {action for each in found.shared if each.sid == sid for action in each.actions}


def test_a_name_that_may_have_the_stack_in_it_or_not_is_granted_in_both_forms() -> None:
    found = granted({"Auth": {"Type": "AWS::Events::Connection"}})
    account = "arn:${AWS::Partition}:events:*:${AWS::AccountId}:connection"
    assert {f"{account}/<stack>-*", f"{account}/Auth-*"} <= set(places(found, "Connections"))
    (secret,) = places(found, "ConnectionSecrets")
    assert secret.endswith(":secret:events!connection/*")
    assert actions(found, "RolesOfServices") == {"iam:CreateServiceLinkedRole"}


def test_an_action_that_knows_no_resource_is_allowed_on_all_and_the_rest_of_its_type_is_not() -> None:
    found = granted({"Work": {"Type": "AWS::Kinesis::Stream"}})
    assert places(found, "KnowNoResource") == ["*"]
    assert "kinesis:UpdateStreamMode" in actions(found, "KnowNoResource")
    assert "kinesis:CreateStream" in actions(found, "Streams")
    assert not actions(found, "Streams") & actions(found, "KnowNoResource")


def test_what_belongs_to_another_resource_is_held_to_the_name_of_that_one() -> None:
    secret = {"S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}-db"}}}}
    rotation = {"R": {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {"SecretId": {"Ref": "S"}}}}
    found = granted({**secret, **rotation})
    assert places(found, "Secrets") == ["arn:${AWS::Partition}:secretsmanager:*:${AWS::AccountId}:secret:<stack>-*"]
    assert "secretsmanager:RotateSecret" in actions(found, "Secrets")
    other = {"Sub": {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": "arn:aws:sns:eu-west-1:1:shared"}}}
    topic = places(granted(other), "Topics", "staging")
    assert "arn:${AWS::Partition}:sns:*:${AWS::AccountId}:shared" in topic


def test_logs_that_a_service_delivers_need_the_rights_of_whoever_sets_them_up() -> None:
    stage = {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"AccessLogSettings": {"DestinationArn": "x"}}}
    assert "logs:CreateLogDelivery" in actions(granted({"S": stage}), "LogDelivery")
    assert actions(granted({"S": {"Type": "AWS::ApiGatewayV2::Stage"}}), "LogDelivery") == set()


def test_a_role_of_an_identity_pool_is_handed_to_cognito() -> None:
    trust = {"Statement": [{"Principal": {"Federated": "cognito-identity.amazonaws.com"}}]}
    found = granted({"Users": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}})
    (passed,) = [each for each in found.shared if each.sid == "HandRolesToTheirServices"]
    assert passed.conditions[0].values == ("cognito-identity.amazonaws.com",)


def test_a_firewall_is_put_in_front_of_the_apis_that_it_protects() -> None:
    found = granted({"A": {"Type": "AWS::WAFv2::WebACLAssociation"}})
    assert {"apigateway:SetWebACL", "wafv2:AssociateWebACL"} <= actions(found, "FirewalledApis")
    assert places(found, "FirewallsInUse") == ["arn:${AWS::Partition}:wafv2:*:${AWS::AccountId}:*/webacl/*"]
