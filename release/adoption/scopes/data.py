"""Types of what functions keep and are watched by: tables, buckets, files, keys, secrets, parameters, logs, alarms.

Sources: AWS's "Actions, resources, and condition keys" for DynamoDB, S3, Elastic File System, KMS, Secrets Manager,
Systems Manager, CloudWatch, CloudWatch Logs, X-Ray, AppConfig, SES and Elastic Container Registry; "CreateMountTarget"
in EFS's API reference for what it needs of EC2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from release.adoption.scopes.naming import (
    ACCOUNT,
    EITHER,
    LOWER_STACK_NAME,
    Beside,
    Naming,
    each_of,
)

_ALARM = Naming("Alarms", (f"cloudwatch:{ACCOUNT}alarm:{{name}}",), "AlarmName", everywhere=("DescribeAlarms",))
_LOGS = Naming(
    "LogGroups",
    (f"logs:{ACCOUNT}log-group:{{name}}", f"logs:{ACCOUNT}log-group:{{name}}:*"),
    "LogGroupName",
    data=(
        *("CreateLogDelivery", "DeleteResourcePolicy", "DescribeResourcePolicies", "PutResourcePolicy"),
        *("DeleteIndexPolicy", "PutIndexPolicy"),
    ),
)
_LOGS_OF = replace(_LOGS, generated="*")
_BUCKET = Naming(
    "Buckets",
    ("s3:::{name}",),
    "BucketName",
    LOWER_STACK_NAME,
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
_TABLE = Naming(
    "Tables",
    (f"dynamodb:{ACCOUNT}table/{{name}}", f"dynamodb:{ACCOUNT}table/{{name}}/*"),
    "TableName",
    data=(
        *("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
        *("ImportTable", "DescribeImport", "AssociateTableReplica", "CreateTableReplica"),
    ),
    reason="their settings; no right to read what is in them",
)
_FILES = Naming(
    "FileSystems",
    tuple(f"elasticfilesystem:{ACCOUNT}{kind}/*" for kind in ("file-system", "access-point")),
    everywhere=("DescribeFileSystems", "DescribeMountTargets"),
    reason="EFS's own names carry no stack",
)
_SECRET = Naming(
    "Secrets",
    (f"secretsmanager:{ACCOUNT}secret:{{name}}",),
    "Name",
    EITHER,
)
_CONFIGURATION = Naming(
    "AppConfig",
    tuple(f"appconfig:{ACCOUNT}{kind}/*" for kind in ("application", "deploymentstrategy", "extension")),
    reason="AppConfig's own names are made up",
)

SCOPES: Mapping[str, Naming] = {
    **each_of(
        _CONFIGURATION,
        "AWS::AppConfig::",
        "Application ConfigurationProfile Deployment DeploymentStrategy Environment HostedConfigurationVersion",
    ),
    **each_of(_ALARM, "AWS::CloudWatch::", "Alarm CompositeAlarm"),
    "AWS::CloudWatch::Dashboard": Naming(
        "Dashboards", ("cloudwatch::${AWS::AccountId}:dashboard/{name}",), "DashboardName", EITHER
    ),
    "AWS::DynamoDB::GlobalTable": replace(_TABLE, generated=EITHER),
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::ECR::Repository": Naming(
        "Repositories", (f"ecr:{ACCOUNT}repository/{{name}}",), "RepositoryName", LOWER_STACK_NAME
    ),
    "AWS::EFS::AccessPoint": _FILES,
    "AWS::EFS::FileSystem": _FILES,
    "AWS::EFS::MountTarget": replace(
        _FILES,
        beside=(
            Beside(
                "AlsoNeeded",
                tuple(
                    f"ec2:{each}"
                    for each in (
                        *("CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces"),
                        *("DescribeSubnets", "ModifyNetworkInterfaceAttribute"),
                    )
                ),
            ),
        ),
    ),
    "AWS::KMS::Alias": Naming(
        "KeyAliases",
        (f"kms:{ACCOUNT}alias/*", f"kms:{ACCOUNT}key/*"),
        reason="an alias is allowed on the key too, whose name is made up",
    ),
    "AWS::KMS::Key": Naming("Keys", (f"kms:{ACCOUNT}key/*",), everywhere=("CreateKey", "TagResource"), tagged=True),
    "AWS::Logs::LogGroup": _LOGS,
    **each_of(_LOGS_OF, "AWS::Logs::", "LogStream MetricFilter SubscriptionFilter"),
    "AWS::Logs::QueryDefinition": Naming("LogQueries", (f"logs:{ACCOUNT}query-definition:*",)),
    "AWS::Logs::ResourcePolicy": Naming("LogPolicies", (f"logs:{ACCOUNT}*",)),
    "AWS::S3::Bucket": _BUCKET,
    "AWS::S3::BucketPolicy": replace(_BUCKET, name="Bucket"),
    "AWS::SES::ConfigurationSet": Naming("Mail", (f"ses:{ACCOUNT}configuration-set/{{name}}",), "Name", EITHER),
    "AWS::SES::EmailIdentity": Naming("Mail", (f"ses:{ACCOUNT}identity/{{name}}",), "EmailIdentity"),
    "AWS::SSM::Document": Naming("Documents", (f"ssm:{ACCOUNT}document/{{name}}",), "Name", EITHER),
    "AWS::SSM::Parameter": Naming("Parameters", (f"ssm:{ACCOUNT}parameter/{{name}}",), "Name", "CFN-{id}-*"),
    "AWS::SecretsManager::ResourcePolicy": replace(_SECRET, name="SecretId"),
    "AWS::SecretsManager::RotationSchedule": replace(_SECRET, name="SecretId"),
    "AWS::SecretsManager::Secret": _SECRET,
    "AWS::SecretsManager::SecretTargetAttachment": replace(
        _SECRET,
        name="SecretId",
        beside=(
            Beside(
                "AttachedDatabases",
                (
                    *("docdb-elastic:GetCluster", "rds:DescribeDBClusters", "rds:DescribeDBInstances"),
                    *("redshift:DescribeClusters",),
                ),
                why="what a secret is attached to",
            ),
        ),
    ),
    "AWS::XRay::Group": Naming("Traces", (f"xray:{ACCOUNT}group/{{name}}/*",), "GroupName"),
    "AWS::XRay::SamplingRule": Naming("Traces", (f"xray:{ACCOUNT}sampling-rule/*",), reason="sampling rules are few"),
}
