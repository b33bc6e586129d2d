"""What an environment of the rehearsal has before its first deployment: members, a bucket, users and their passwords.

Everything is looked for by name first, so seeding again changes nothing, and a seeding that was cut off goes on.
The settings of table, bucket and pool are those that template.yaml gives the ones it makes itself.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from rehearsal.cloud.members import COUNT, KEY, Member, members

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

GROUPS = ("Members_CRUD_All", "Members_Read_All", "System_CRUD_All")
SMOKE_USER, READER = "smoke", "reader"
MEMBERSHIPS: Mapping[str, str] = {SMOKE_USER: "System_CRUD_All", READER: "Members_Read_All"}
"""User -> the one group it is in."""


@dataclass(frozen=True)
class Seeded:
    """Names and ids of what is there now. A secret holds ``{"username": …, "password": …}`` as JSON."""

    members_table: str
    members: int
    reports_bucket: str
    user_pool_id: str
    user_pool_client_id: str
    smoke_secret: str
    reader_secret: str


def seed(
    session: boto3.Session,
    name: str,
    *,
    endpoint_url: str | None = None,
    allowed_origin: str = "*",
    count: int = COUNT,
) -> Seeded:
    """Bring table, bucket, user pool and users of the environment ``name`` (lower case, hyphens) into being.

    Args:
        endpoint_url: the emulated AWS; ``None`` leaves it to the session.
        allowed_origin: the web origin that may read downloads from the bucket.
        count: members in the table.

    Raises:
        ClientError: AWS refused; running it again goes on from there.
    """
    table = f"{name}-members"
    put_members(session.resource("dynamodb", endpoint_url=endpoint_url), table, members(count))
    bucket = f"{name}-reports"
    put_bucket(session.client("s3", endpoint_url=endpoint_url), bucket, session.region_name, allowed_origin)
    cognito = session.client("cognito-idp", endpoint_url=endpoint_url)
    pool, client = put_user_pool(cognito, f"{name}-members")
    vault = session.client("secretsmanager", endpoint_url=endpoint_url)
    for user, group in MEMBERSHIPS.items():
        put_user(cognito, pool, user, group, put_password(vault, f"{name}/{user}", user))
    return Seeded(table, count, bucket, pool, client, f"{name}/{SMOKE_USER}", f"{name}/{READER}")


def put_members(dynamodb: DynamoDBServiceResource, name: str, wanted: Iterable[Member]) -> int:
    """Make the table if need be, write the members that it lacks or has otherwise, and return how many were written."""
    table = dynamodb.Table(name)
    try:
        table.load()
    except dynamodb.meta.client.exceptions.ResourceNotFoundException:
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    table.wait_until_exists()
    pages = dynamodb.meta.client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    present = {item[KEY]: item for page in pages for item in page["Items"]}
    missing = [member for member in wanted if present.get(member[KEY]) != member]
    with table.batch_writer() as batch:
        for member in missing:
            batch.put_item(Item=member)
    return len(missing)


def put_bucket(s3: S3Client, bucket: str, region: str, allowed_origin: str) -> None:
    """Make the bucket if need be, private, versioned, encrypted, for TLS only, and tidying up after itself."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        if region == "us-east-1":  # the one region that S3 refuses as a location constraint
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # region is data here
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "abort-incomplete-uploads",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                },
                {
                    "ID": "expire-replaced-files",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                },
            ]
        },
    )
    s3.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={
            "CORSRules": [
                {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": [allowed_origin], "AllowedHeaders": ["*"]}
            ]
        },
    )


def _tls_only(bucket: str) -> Mapping[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def put_user_pool(cognito: CognitoIdentityProviderClient, name: str) -> tuple[str, str]:
    """Make the pool with its groups and its app client where they are missing; the ids of pool and client."""
    pools = cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
    pool = next((entry["Id"] for page in pools for entry in page["UserPools"] if entry["Name"] == name), None)
    if pool is None:
        pool = cognito.create_user_pool(PoolName=name, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})[
            "UserPool"
        ]["Id"]
    for group in GROUPS:
        with suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(GroupName=group, UserPoolId=pool)
    clients = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool)
    for page in clients:
        for client in page["UserPoolClients"]:
            if client["ClientName"] == name:
                return pool, client["ClientId"]
    created = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName=name,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    return pool, created["UserPoolClient"]["ClientId"]


def put_password(vault: SecretsManagerClient, secret: str, user: str) -> str:
    """The user's password out of the secret, which is made with a new password when there is none."""
    try:
        stored = vault.get_secret_value(SecretId=secret)["SecretString"]
        return str(json.loads(stored)["password"])
    except vault.exceptions.ResourceNotFoundException:
        password = f"{secrets.token_urlsafe(24)}-aA1"  # the ending satisfies the pool's rules
        vault.create_secret(Name=secret, SecretString=json.dumps({"username": user, "password": password}))
        return password


def put_user(cognito: CognitoIdentityProviderClient, pool: str, user: str, group: str, password: str) -> None:
    """Make the user if need be, with a password that needs no change, and put it into its group."""
    try:
        status = cognito.admin_get_user(UserPoolId=pool, Username=user)["UserStatus"]
    except cognito.exceptions.UserNotFoundException:
        status = cognito.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS")["User"][
            "UserStatus"
        ]
    if status != "CONFIRMED":
        cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)
