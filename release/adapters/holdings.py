"""What a resource of AWS holds, and whether it is protected: one look for each type of resource that is known here.

A look reads one page at most: whether there is anything decides, how much is for a person. An answer without the part
that says it was cut off, and is never taken for "nothing is in it" (RemoteError).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from release.adapters.aws_errors import Failure, code_of, whole
from release.deployments.model import Contents

if TYPE_CHECKING:
    import boto3

#: How AWS says that there is no such thing (each service's API reference, "Errors").
_GONE = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "DBClusterNotFoundFault",
        "DBInstanceNotFound",
        "NoSuchBucket",
        "QueueDoesNotExist",
        "RepositoryNotFoundException",
        "ResourceNotFoundException",
    }
)
#: Amazon S3 API reference, "ListObjectsV2" and "ListObjectVersions": a page has 1,000 keys at most.
_PAGE = 1000


def is_gone(error: Failure) -> bool:
    """Whether AWS says that there is no such thing."""
    return code_of(error) in _GONE


def _bucket(session: boto3.Session, name: str) -> Contents:
    client = session.client("s3")
    now = client.list_objects_v2(Bucket=name, MaxKeys=_PAGE)
    if found := len(now.get("Contents", ())):
        return Contents(_counted(found, "object", more=now.get("IsTruncated", False)))
    older = client.list_object_versions(Bucket=name, MaxKeys=_PAGE)
    versions = [*older.get("Versions", ()), *older.get("DeleteMarkers", ())]
    return Contents(_counted(len(versions), "older version", more=older.get("IsTruncated", False)))


def _repository(session: boto3.Session, name: str) -> Contents:
    answer = session.client("ecr").describe_images(repositoryName=name, maxResults=_PAGE)
    return Contents(
        _counted(len(whole(answer, "imageDetails", f"repository {name}")), "image", more=bool(answer.get("nextToken")))
    )


def _table(session: boto3.Session, name: str) -> Contents:
    """ItemCount is up to six hours old (DynamoDB API reference, "TableDescription"), so one item is asked for."""
    client = session.client("dynamodb")
    described = whole(client.describe_table(TableName=name), "Table", f"table {name}")
    some = whole(client.scan(TableName=name, Limit=1, ConsistentRead=True), "Count", f"table {name}")
    about = described.get("ItemCount", 0)
    holds = (f"about {about} items" if about > 1 else "items") if some else ""
    return Contents(holds, described.get("DeletionProtectionEnabled", False))


def _pool(session: boto3.Session, name: str) -> Contents:
    client = session.client("cognito-idp")
    described = whole(client.describe_user_pool(UserPoolId=name), "UserPool", f"user pool {name}")
    some = whole(client.list_users(UserPoolId=name, Limit=1), "Users", f"user pool {name}")
    about = described.get("EstimatedNumberOfUsers", 0)
    holds = (f"about {about} users" if about > 1 else "users") if some else ""
    return Contents(holds, described.get("DeletionProtection") == "ACTIVE")


def _queue(session: boto3.Session, url: str) -> Contents:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    answer: Any = session.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    held = whole(answer, "Attributes", f"queue {url}")
    count = sum(int(whole(held, name, f"queue {url}")) for name in names)
    return Contents(f"about {_counted(count, 'message')}" if count else "")


def _database(session: boto3.Session, name: str) -> Contents:
    """Nobody counts rows: a database holds data."""
    found = session.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return Contents("a database", found.get("DeletionProtection", False))


def _cluster(session: boto3.Session, name: str) -> Contents:
    found = session.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    return Contents("a database", found.get("DeletionProtection", False))


LOOKS: Mapping[str, Callable[[boto3.Session, str], Contents]] = {
    "AWS::Cognito::UserPool": _pool,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::ECR::Repository": _repository,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBInstance": _database,
    "AWS::S3::Bucket": _bucket,
    "AWS::SQS::Queue": _queue,
}


def _counted(number: int, what: str, *, more: bool = False) -> str:
    if not number:
        return ""
    return f"more than {number:,} {what}s" if more else f"{number:,} {what}{'' if number == 1 else 's'}"
