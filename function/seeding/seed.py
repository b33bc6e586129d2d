"""What an environment of the rehearsal has before its first deployment: members, a bucket, users and their passwords.

Everything is looked for by name first, so seeding again changes nothing, and a seeding that was cut off goes on.
The settings of table, bucket and pool are those that template.yaml gives the ones it makes itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from .members import COUNT, KEY, Member, members
from .reports_bucket import put_bucket
from .user_pool import put_password, put_user, put_user_pool

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

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
    smoke_secret: str = "",
    allowed_origin: str = "*",
    count: int = COUNT,
) -> Seeded:
    """Bring table, bucket, user pool and users of the environment ``name`` (lower case, hyphens) into being.

    Args:
        endpoint_url: the emulated AWS; ``None`` leaves it to the session.
        smoke_secret: where the smoke user's password is kept, as release.toml names it; "" makes a name of ``name``.
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
    pool, client = put_user_pool(cognito, pool_name(name))
    vault = session.client("secretsmanager", endpoint_url=endpoint_url)
    stored_in = {SMOKE_USER: smoke_secret or f"{name}/smoke-user", READER: reader_secret(name)}
    for user, group in MEMBERSHIPS.items():
        put_user(cognito, pool, user, group, put_password(vault, stored_in[user], user))
    return Seeded(table, count, bucket, pool, client, stored_in[SMOKE_USER], stored_in[READER])


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


def pool_name(name: str) -> str:
    """What the user pool of ``name`` is called."""
    return f"{name}-members"


def reader_secret(name: str) -> str:
    """Where the reader's password of ``name`` is kept."""
    return f"{name}/reader"
