"""How the resources of a type are called, so that a role can be held to those of one stack.

An ARN stands here without its ``arn:<partition>:``; ``{name}`` in it is the physical name: what the resource's own name
property says, else what CloudFormation makes up. Sources: AWS's "Actions, resources, and condition keys" of each
service; CloudFormation's "Name type" (``<stack>-<logical id>-<random>``), and for types where the stack is not in it
(``generated``) the names that the types' handlers make from the logical id alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

STACK_NAME = "{stack}-{id}-*"
_LOGICAL_ID = "{id}-*"


@dataclass(frozen=True)
class Naming:
    """The resources of a type.

    Attributes:
        sid: the statement that they are in; types of one service share it.
        arns: the first is the resource's own.
        name: the property with the physical name; "" when there is none.
        generated: the name where the template gives none.
        everywhere: actions (without the service) that know no such resource.
        actions: instead of the handlers': what the statement allows.
        data: actions of the handlers that are left out: they read or write what the resource holds, or change what is
            the account's; a deployment has no business there.
        also: actions of other services that it always needs, on no resource of the stack.
        tagged: its names are made up, so the stack's own tag decides.
        reason: said in the file: what is left out, or why neither name nor tag can hold the role to its stack.
    """

    sid: str
    arns: tuple[str, ...]
    name: str = ""
    generated: str = STACK_NAME
    everywhere: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    tagged: bool = False
    reason: str = ""

    @property
    def service(self) -> str:
        """The prefix of its actions."""
        return self.arns[0].partition(":")[0]


_ACCOUNT = "*:${AWS::AccountId}:"
_FUNCTION = Naming(
    "Functions",
    (f"lambda:{_ACCOUNT}function:{{name}}", f"lambda:{_ACCOUNT}function:{{name}}:*"),
    "FunctionName",
    actions=("lambda:*",),
)
_ALARM = Naming("Alarms", (f"cloudwatch:{_ACCOUNT}alarm:{{name}}",), "AlarmName", everywhere=("DescribeAlarms",))
_LOGS = Naming(
    "LogGroups",
    (f"logs:{_ACCOUNT}log-group:{{name}}", f"logs:{_ACCOUNT}log-group:{{name}}:*"),
    "LogGroupName",
    everywhere=("DescribeLogGroups",),
    data=("CreateLogDelivery", "DeleteResourcePolicy", "DescribeResourcePolicies", "PutResourcePolicy"),
)
_TOPIC = Naming("Topics", (f"sns:{_ACCOUNT}{{name}}", f"sns:{_ACCOUNT}{{name}}:*"), "TopicName")
_QUEUE = Naming("Queues", (f"sqs:{_ACCOUNT}{{name}}",), "QueueName")
_BUCKET = Naming(
    "Buckets",
    ("s3:::{name}",),
    "BucketName",
    "{lowerstack}-{lowerid}-*",
    actions=(
        "s3:CreateBucket",
        "s3:DeleteBucket",  # only an empty one: S3 refuses the others
        "s3:DeleteBucketPolicy",
        "s3:DeleteBucketWebsite",
        "s3:GetBucket*",
        "s3:Get*Configuration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
        "s3:PutBucket*",
        "s3:Put*Configuration",
        "s3:TagResource",
        "s3:UntagResource",
    ),
    reason="their settings; no right to read what is in them",
)
_MACHINE = Naming(
    "StateMachines",
    (f"states:{_ACCOUNT}stateMachine:{{name}}", f"states:{_ACCOUNT}stateMachine:{{name}}:*"),
    "StateMachineName",
    _LOGICAL_ID,
)
_TABLE_DATA = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
_POOL = Naming(
    "UserPools",
    (f"cognito-idp:{_ACCOUNT}userpool/*",),
    actions=("cognito-idp:*",),
    everywhere=("CreateUserPool", "TagResource"),  # a new one has no tag yet
    tagged=True,
)
_ROLE = Naming("Roles", ("iam::${AWS::AccountId}:role/{name}",), "RoleName")
_CODEDEPLOY = tuple(f"codedeploy:{_ACCOUNT}{kind}" for kind in ("application:{name}", "deploymentgroup:{name}/*"))
_TREE = "API Gateway's own names carry no stack; all APIs of this account's regions are one resource tree"


def _tree(*places: str) -> Naming:
    return Naming("Apis", tuple(f"apigateway:*::/{place}" for place in (*places, "tags/*")), reason=_TREE)


_REST, _HTTP = _tree("restapis", "restapis/*"), _tree("apis", "apis/*")
_DOMAINS = _tree("domainnames", "domainnames/*")
_PLANS, _KEYS, _LINKS = (
    _tree("usageplans", "usageplans/*"),
    _tree("apikeys", "apikeys/*"),
    _tree("vpclinks", "vpclinks/*"),
)
_GRAPHQL_ARN, _GRAPHQL_REASON = ("appsync:*:${AWS::AccountId}:*",), "AppSync's own names carry no stack"
_GRAPHQL = Naming("GraphQL", _GRAPHQL_ARN, reason=_GRAPHQL_REASON)


def _graphql(*actions: str) -> Naming:
    """Of a type that CloudFormation's published schemas leave out; the actions are those of AppSync's own calls."""
    return Naming("GraphQL", _GRAPHQL_ARN, actions=tuple(f"appsync:{each}" for each in actions), reason=_GRAPHQL_REASON)


_CLOUDFRONT = Naming("CloudFront", ("cloudfront::${AWS::AccountId}:*",), reason="CloudFront's own names are made up")
_RECORDS = Naming(
    "DnsRecords",
    ("route53:::hostedzone/*", "route53:::change/*"),
    actions=tuple(
        f"route53:{each}"
        for each in ("ChangeResourceRecordSets", "GetChange", "GetHostedZone", "ListResourceRecordSets")
    ),
    reason="a record has no name of its own in IAM, and its zone is not the stack's",
)
_FILES = Naming(
    "FileSystems",
    tuple(f"elasticfilesystem:{_ACCOUNT}{kind}/*" for kind in ("file-system", "access-point")),
    everywhere=("CreateFileSystem", "DescribeFileSystems", "DescribeMountTargets"),
    reason="EFS's own names carry no stack",
)
_KEY = Naming(
    "Keys",
    (f"kms:{_ACCOUNT}key/*",),
    everywhere=("CreateKey", "TagResource"),
    tagged=True,
)
_GROUPS = Naming(
    "SecurityGroups",
    ("ec2:*:${AWS::AccountId}:security-group/*", "ec2:*:${AWS::AccountId}:vpc/*"),
    everywhere=("DescribeInstances", "DescribeSecurityGroups"),
    reason="security groups have no names of their own, and a new one no tag yet",
)

#: Resource type -> its scope. What stands here and in the handlers' data is known.
SCOPES: Mapping[str, Naming] = {
    "AWS::ApiGateway::Account": _tree("account"),
    "AWS::ApiGateway::ApiKey": _KEYS,
    **{
        f"AWS::ApiGateway::{kind}": _REST
        for kind in (
            *("Authorizer", "Deployment", "DocumentationPart", "DocumentationVersion", "GatewayResponse", "Method"),
            *("Model", "RequestValidator", "Resource", "RestApi", "Stage"),
        )
    },
    "AWS::ApiGateway::BasePathMapping": _DOMAINS,
    "AWS::ApiGateway::BasePathMappingV2": _DOMAINS,
    "AWS::ApiGateway::DomainName": _DOMAINS,
    "AWS::ApiGateway::DomainNameAccessAssociation": _tree(
        "domainnameaccessassociations", "domainnameaccessassociations/*"
    ),
    "AWS::ApiGateway::DomainNameV2": _DOMAINS,
    "AWS::ApiGateway::UsagePlan": _PLANS,
    "AWS::ApiGateway::UsagePlanKey": _PLANS,
    "AWS::ApiGateway::VpcLink": _LINKS,
    **{
        f"AWS::ApiGatewayV2::{kind}": _HTTP
        for kind in (
            *("Api", "Authorizer", "Deployment", "Integration", "IntegrationResponse", "Model", "Route"),
            *("RouteResponse", "Stage"),
        )
    },
    "AWS::ApiGatewayV2::ApiMapping": _DOMAINS,
    "AWS::ApiGatewayV2::DomainName": _DOMAINS,
    "AWS::ApiGatewayV2::VpcLink": _LINKS,
    **{
        f"AWS::AppSync::{kind}": _GRAPHQL
        for kind in (
            *("Api", "ChannelNamespace", "DataSource", "DomainName", "DomainNameApiAssociation"),
            *("FunctionConfiguration", "GraphQLApi", "Resolver"),
        )
    },
    "AWS::AppSync::ApiCache": _graphql("CreateApiCache", "DeleteApiCache", "GetApiCache", "UpdateApiCache"),
    "AWS::AppSync::ApiKey": _graphql("CreateApiKey", "DeleteApiKey", "ListApiKeys", "UpdateApiKey"),
    "AWS::AppSync::GraphQLSchema": _graphql("GetIntrospectionSchema", "GetSchemaCreationStatus", "StartSchemaCreation"),
    "AWS::CloudFormation::Stack": Naming(
        "NestedStacks",
        (f"cloudformation:{_ACCOUNT}stack/{{name}}/*",),
        actions=tuple(
            f"cloudformation:{verb}"
            for verb in (
                "CreateStack",
                "DeleteStack",
                "Describe*",
                "GetTemplate*",
                "TagResource",
                "UntagResource",
                "UpdateStack",
            )
        ),
    ),
    **{
        f"AWS::CloudFront::{kind}": _CLOUDFRONT
        for kind in (
            *("CachePolicy", "CloudFrontOriginAccessIdentity", "Distribution", "Function", "OriginAccessControl"),
            *("OriginRequestPolicy", "ResponseHeadersPolicy"),
        )
    },
    "AWS::CloudWatch::Alarm": _ALARM,
    "AWS::CloudWatch::CompositeAlarm": _ALARM,
    "AWS::CloudWatch::Dashboard": Naming(
        "Dashboards", ("cloudwatch::${AWS::AccountId}:dashboard/{name}",), "DashboardName", _LOGICAL_ID
    ),
    "AWS::CodeDeploy::Application": Naming(
        "TrafficShifting",
        (*_CODEDEPLOY, f"codedeploy:{_ACCOUNT}deploymentconfig:*"),
        "ApplicationName",
        actions=("codedeploy:*",),
    ),
    "AWS::CodeDeploy::DeploymentGroup": Naming(
        "TrafficShifting",
        (*_CODEDEPLOY, f"codedeploy:{_ACCOUNT}deploymentconfig:*"),
        actions=("codedeploy:*",),
    ),
    **{
        f"AWS::Cognito::UserPool{kind}": _POOL
        for kind in (
            "",
            "Client",
            "Domain",
            "Group",
            "IdentityProvider",
            "ResourceServer",
            "User",
            "UserToGroupAttachment",
        )
    },
    "AWS::DynamoDB::Table": Naming(
        "Tables",
        (f"dynamodb:{_ACCOUNT}table/{{name}}", f"dynamodb:{_ACCOUNT}table/{{name}}/*"),
        "TableName",
        data=(*_TABLE_DATA, "ImportTable", "DescribeImport", "AssociateTableReplica", "CreateTableReplica"),
        reason="their settings; no right to read what is in them",
    ),
    "AWS::EC2::SecurityGroup": _GROUPS,
    "AWS::EC2::SecurityGroupEgress": _GROUPS,
    "AWS::EC2::SecurityGroupIngress": _GROUPS,
    "AWS::EFS::AccessPoint": _FILES,
    "AWS::EFS::FileSystem": _FILES,
    "AWS::EFS::MountTarget": replace(
        _FILES,  # "CreateMountTarget" and its like in EFS's API reference: what else the caller must be allowed
        also=tuple(
            f"ec2:{each}"
            for each in (
                *("CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets"),
                "ModifyNetworkInterfaceAttribute",
            )
        ),
    ),
    "AWS::Events::Archive": Naming("EventBuses", (f"events:{_ACCOUNT}archive/{{name}}",), "ArchiveName"),
    "AWS::Events::EventBus": Naming("EventBuses", (f"events:{_ACCOUNT}event-bus/{{name}}",), "Name"),
    "AWS::Events::EventBusPolicy": Naming("EventBuses", (f"events:{_ACCOUNT}event-bus/{{name}}",), "EventBusName"),
    "AWS::Events::Rule": Naming(
        "Rules", (f"events:{_ACCOUNT}rule/{{name}}", f"events:{_ACCOUNT}rule/*/{{name}}"), "Name"
    ),
    "AWS::IAM::Role": _ROLE,
    "AWS::IAM::Policy": Naming("Roles", ("iam::${AWS::AccountId}:role/{name}",)),
    "AWS::IAM::RolePolicy": Naming("Roles", ("iam::${AWS::AccountId}:role/{name}",)),
    "AWS::IAM::ManagedPolicy": Naming("Policies", ("iam::${AWS::AccountId}:policy/{name}",), "ManagedPolicyName"),
    "AWS::KMS::Alias": Naming(
        "KeyAliases",
        (f"kms:{_ACCOUNT}alias/*", f"kms:{_ACCOUNT}key/*"),
        everywhere=("ListAliases",),
        reason="an alias is allowed on the key too, whose name is made up",
    ),
    "AWS::KMS::Key": _KEY,
    "AWS::Kinesis::Stream": Naming("Streams", (f"kinesis:{_ACCOUNT}stream/{{name}}",), "Name"),
    "AWS::Kinesis::StreamConsumer": Naming("Streams", (f"kinesis:{_ACCOUNT}stream/{{name}}/consumer/*",)),
    **{
        f"AWS::Lambda::{kind}": _FUNCTION
        for kind in ("Alias", "EventInvokeConfig", "Function", "Permission", "Version")
    },
    "AWS::Lambda::Url": replace(_FUNCTION, name="TargetFunctionArn"),
    "AWS::Lambda::EventSourceMapping": Naming(
        "EventSources",
        (f"lambda:{_ACCOUNT}event-source-mapping:*",),
        "FunctionName",
        everywhere=("CreateEventSourceMapping",),
        reason="a mapping's own name is made up; it is made for functions of the stack alone",
    ),
    "AWS::Lambda::LayerVersion": Naming(
        "Layers", (f"lambda:{_ACCOUNT}layer:{{name}}", f"lambda:{_ACCOUNT}layer:{{name}}:*"), "LayerName", _LOGICAL_ID
    ),
    "AWS::Lambda::LayerVersionPermission": Naming("Layers", (f"lambda:{_ACCOUNT}layer:{{name}}:*",)),
    "AWS::Logs::LogGroup": _LOGS,
    "AWS::Logs::MetricFilter": Naming("LogGroups", _LOGS.arns, "LogGroupName", everywhere=_LOGS.everywhere),
    "AWS::Logs::SubscriptionFilter": Naming("LogGroups", _LOGS.arns, "LogGroupName", everywhere=_LOGS.everywhere),
    "AWS::Pipes::Pipe": Naming("Pipes", (f"pipes:{_ACCOUNT}pipe/{{name}}",), "Name", _LOGICAL_ID),
    "AWS::Route53::RecordSet": _RECORDS,
    "AWS::Route53::RecordSetGroup": _RECORDS,
    "AWS::S3::Bucket": _BUCKET,
    "AWS::S3::BucketPolicy": Naming(
        "Buckets", _BUCKET.arns, "Bucket", _BUCKET.generated, actions=_BUCKET.actions, reason=_BUCKET.reason
    ),
    "AWS::SNS::Subscription": Naming("Topics", _TOPIC.arns),
    "AWS::SNS::Topic": _TOPIC,
    "AWS::SNS::TopicInlinePolicy": Naming("Topics", _TOPIC.arns),
    "AWS::SNS::TopicPolicy": Naming("Topics", _TOPIC.arns),
    "AWS::SQS::Queue": _QUEUE,
    "AWS::SQS::QueueInlinePolicy": Naming("Queues", _QUEUE.arns),
    "AWS::SQS::QueuePolicy": Naming("Queues", _QUEUE.arns),
    "AWS::SSM::Parameter": Naming("Parameters", (f"ssm:{_ACCOUNT}parameter/{{name}}",), "Name", "CFN-{id}-*"),
    "AWS::Scheduler::Schedule": Naming("Schedules", (f"scheduler:{_ACCOUNT}schedule/*/{{name}}",), "Name"),
    "AWS::Scheduler::ScheduleGroup": Naming("Schedules", (f"scheduler:{_ACCOUNT}schedule-group/{{name}}",), "Name"),
    "AWS::SecretsManager::ResourcePolicy": Naming("Secrets", (f"secretsmanager:{_ACCOUNT}secret:{{name}}",)),
    "AWS::SecretsManager::Secret": Naming(
        "Secrets",
        (f"secretsmanager:{_ACCOUNT}secret:{{name}}",),
        "Name",
        _LOGICAL_ID,
        everywhere=("GetRandomPassword",),
    ),
    "AWS::StepFunctions::Activity": Naming("Activities", (f"states:{_ACCOUNT}activity:{{name}}",), "Name", _LOGICAL_ID),
    "AWS::StepFunctions::StateMachine": _MACHINE,
    "AWS::StepFunctions::StateMachineAlias": Naming(
        "StateMachines", _MACHINE.arns, generated=_LOGICAL_ID, also=("cloudwatch:DescribeAlarms",)
    ),
    "AWS::StepFunctions::StateMachineVersion": Naming("StateMachines", _MACHINE.arns),
}

#: Types that CloudFormation makes without a call to any service, or with what the stack's own statement allows.
NEEDS_NOTHING = frozenset(
    {
        "AWS::CloudFormation::CustomResource",  # calls the function that it names: Functions
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)
