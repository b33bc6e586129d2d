"""What the types of resources mean to whoever deletes a stack: which hold data, which are refused, how one is named.

Sources: CloudFormation's template reference ("DeletionPolicy attribute", its defaults, and each type's page), the API
references of the services, and cfn-lint's list of stateful resource types (I3011), which knows more types than are
looked into here. AWS CLI's commands are from its command reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NESTED = "AWS::CloudFormation::Stack"
FUNCTION = "AWS::Lambda::Function"
#: SAM gives it DeletionPolicy Retain; it is part of its function all the same, and goes with it.
FUNCTION_VERSION = "AWS::Lambda::Version"

KEPT = ("Retain", "RetainExceptOnCreate")
#: CloudFormation does not delete one that is not empty, and says so by DELETE_FAILED.
REFUSED_WHEN_FULL = frozenset({"AWS::S3::Bucket", "AWS::S3Express::DirectoryBucket", "AWS::ECR::Repository"})
#: CloudFormation deletes these with all that is in them.
DELETED_FULL = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::EMR::Cluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::Elasticsearch::Domain",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::MemoryDB::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchServerless::Collection",
        "AWS::OpenSearchService::Domain",
        "AWS::QLDB::Ledger",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Namespace",
        "AWS::SDB::Domain",
        "AWS::SQS::Queue",
        "AWS::Timestream::Table",
    }
)
#: What goes with a resource of the type without being asked about, because it is a by-product; said all the same.
_ALONG = {"AWS::Logs::LogGroup": "with the logs in it", "AWS::SecretsManager::Secret": "with its value"}
_LIFTS = {
    "AWS::DynamoDB::Table": "aws dynamodb update-table --table-name {id} --no-deletion-protection-enabled",
    "AWS::DynamoDB::GlobalTable": "aws dynamodb update-table --table-name {id} --no-deletion-protection-enabled",
    "AWS::RDS::DBInstance": "aws rds modify-db-instance --db-instance-identifier {id} --no-deletion-protection "
    "--apply-immediately",
    "AWS::RDS::DBCluster": "aws rds modify-db-cluster --db-cluster-identifier {id} --no-deletion-protection "
    "--apply-immediately",
    "AWS::Cognito::UserPool": "aws cognito-idp update-user-pool --user-pool-id {id} --deletion-protection INACTIVE",
    "AWS::Logs::LogGroup": "aws logs put-log-group-deletion-protection --log-group-identifier {id} "
    "--no-deletion-protection-enabled",
}
_EMPTIES = {
    "AWS::S3::Bucket": "aws s3 rm s3://{id} --recursive (older versions: the console's Empty)",
    "AWS::ECR::Repository": "aws ecr delete-repository --repository-name {id} --force",
}
_DELETES = {
    "AWS::S3::Bucket": "aws s3 rb s3://{id} --force",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {id}",
    "AWS::DynamoDB::GlobalTable": "aws dynamodb delete-table --table-name {id}",
    "AWS::ECR::Repository": "aws ecr delete-repository --repository-name {id} --force",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {id}",
    "AWS::SQS::Queue": "aws sqs delete-queue --queue-url {id}",
    "AWS::Cognito::UserPool": "aws cognito-idp delete-user-pool --user-pool-id {id}",
}
#: The property by which a template names a resource of the type, so that a second one cannot be made beside it.
_NAMES = {
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::OpenSearchService::Domain": "DomainName",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


def policy(kind: str, definition: Mapping[str, Any]) -> str:
    """The DeletionPolicy that counts. Databases of RDS have Snapshot when they name none."""
    written = definition.get("DeletionPolicy")
    if isinstance(written, str):
        return written
    alone = kind == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in properties(definition)
    return "Snapshot" if alone or kind == "AWS::RDS::DBCluster" else "Delete"


def properties(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a resource in a template."""
    found = definition.get("Properties")
    return found if isinstance(found, Mapping) else {}


def has_fixed_name(kind: str, definition: Mapping[str, Any]) -> bool:
    """Whether the template gives it its name, so that it is in the way of the next one."""
    return _NAMES.get(kind, "") in properties(definition)


def protected_by_template(definition: Mapping[str, Any]) -> bool:
    """Whether the template switches on a deletion protection, of whichever type."""
    found = properties(definition)
    values = [found.get(name) for name in ("DeletionProtection", "DeletionProtectionEnabled")]
    return any(str(value).lower() in ("true", "active", "enabled") for value in values)


def along(kind: str) -> str:
    """What goes with one of this type, for a person; "" for most."""
    return _ALONG.get(kind, "")


def lift(kind: str, name: str, region: str) -> str:
    """The command that ends its deletion protection."""
    return _command(_LIFTS, kind, name, region) or f"end the deletion protection of {name} ({kind})"


def empty(kind: str, name: str, region: str) -> str:
    """The command that empties it."""
    return _command(_EMPTIES, kind, name, region) or f"empty {name} ({kind})"


def delete(kind: str, name: str, region: str) -> str:
    """The command that deletes it with all that is in it."""
    return _command(_DELETES, kind, name, region) or f"delete {name} ({kind})"


def _command(known: Mapping[str, str], kind: str, name: str, region: str) -> str:
    command, space, remark = known.get(kind, "").partition(" (")
    return f"{command.format(id=name)} --region {region}{space}{remark}" if command else ""
