"""Seeding against moto's AWS: once, twice, and on after a crash at any point."""

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from function.seeding.members import members
from function.seeding.reports_bucket import put_bucket
from function.seeding.seed import Seeded, put_members, seed
from function.seeding.user_pool import GROUPS

COUNT = 60  # more than two batches of 25


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.Session(region_name="eu-west-1")


def credentials(session: boto3.Session, secret: str) -> dict[str, str]:
    stored = session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    found: dict[str, str] = json.loads(stored)
    return found


def sign_in(session: boto3.Session, seeded: Seeded, secret: str) -> str:
    who = credentials(session, secret)
    answer = session.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=seeded.user_pool_client_id,
        AuthParameters={"USERNAME": who["username"], "PASSWORD": who["password"]},
    )
    return answer["AuthenticationResult"]["AccessToken"]


def groups_of(session: boto3.Session, pool: str, user: str) -> list[str]:
    answer = session.client("cognito-idp").admin_list_groups_for_user(UserPoolId=pool, Username=user)
    return [group["GroupName"] for group in answer["Groups"]]


def test_the_table_holds_the_members_as_they_were_made(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=COUNT)

    items = session.resource("dynamodb").Table(seeded.members_table).scan(ConsistentRead=True)["Items"]
    assert sorted(items, key=lambda item: str(item["member_id"])) == list(members(COUNT))


def test_both_users_sign_in_with_the_password_in_their_secret(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=1)

    assert sign_in(session, seeded, seeded.smoke_secret)
    assert sign_in(session, seeded, seeded.reader_secret)


def test_the_smoke_users_password_is_where_the_settings_say(session: boto3.Session) -> None:
    seeded = seed(session, "staging", smoke_secret="project/staging/smoke-user", count=1)

    assert seeded.smoke_secret == "project/staging/smoke-user"
    assert credentials(session, seeded.smoke_secret)["username"] == "smoke"


def test_the_smoke_user_may_generate_and_the_reader_only_read(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=1)

    assert groups_of(session, seeded.user_pool_id, "smoke") == ["System_CRUD_All"]
    assert groups_of(session, seeded.user_pool_id, "reader") == ["Members_Read_All"]
    groups = session.client("cognito-idp").list_groups(UserPoolId=seeded.user_pool_id)["Groups"]
    assert sorted(group["GroupName"] for group in groups) == sorted(GROUPS)


def test_the_bucket_is_private_versioned_encrypted_for_tls_only_and_tidies_up(session: boto3.Session) -> None:
    bucket = seed(session, "staging", count=1, allowed_origin="https://members.example.org").reports_bucket
    s3 = session.client("s3")

    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {"AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"} <= {key for rule in rules for key in rule}
    (cors,) = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert cors["AllowedOrigins"] == ["https://members.example.org"]


def test_seeding_again_changes_nothing(session: boto3.Session) -> None:
    first = seed(session, "staging", count=COUNT)
    password = credentials(session, first.smoke_secret)

    assert seed(session, "staging", count=COUNT) == first
    assert credentials(session, first.smoke_secret) == password
    assert put_members(session.resource("dynamodb"), first.members_table, members(COUNT)) == 0
    assert len(session.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]) == 1
    clients = session.client("cognito-idp").list_user_pool_clients(UserPoolId=first.user_pool_id)["UserPoolClients"]
    assert len(clients) == 1


def test_environments_share_nothing(session: boto3.Session) -> None:
    staging, production = seed(session, "staging", count=1), seed(session, "production", count=1)

    assert staging.members_table != production.members_table
    assert staging.reports_bucket != production.reports_bucket
    assert staging.user_pool_id != production.user_pool_id
    assert credentials(session, staging.smoke_secret) != credentials(session, production.smoke_secret)


def test_only_members_that_are_missing_or_otherwise_are_written(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=COUNT)
    table = session.resource("dynamodb").Table(seeded.members_table)
    table.delete_item(Key={"member_id": "M000003"})
    table.put_item(Item={"member_id": "M000009", "note": "changed"})

    assert put_members(session.resource("dynamodb"), seeded.members_table, members(COUNT)) == 2


def test_a_secret_without_its_user_goes_on_with_the_password_it_holds(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=1)
    session.client("cognito-idp").admin_delete_user(UserPoolId=seeded.user_pool_id, Username="smoke")

    assert seed(session, "staging", count=1) == seeded
    assert sign_in(session, seeded, seeded.smoke_secret)


def test_a_user_made_without_its_password_gets_it(session: boto3.Session) -> None:
    seeded = seed(session, "staging", count=1)
    cognito = session.client("cognito-idp")
    cognito.admin_delete_user(UserPoolId=seeded.user_pool_id, Username="smoke")
    cognito.admin_create_user(UserPoolId=seeded.user_pool_id, Username="smoke", MessageAction="SUPPRESS")

    seed(session, "staging", count=1)

    assert sign_in(session, seeded, seeded.smoke_secret)
    assert groups_of(session, seeded.user_pool_id, "smoke") == ["System_CRUD_All"]


def test_a_bucket_in_the_region_without_a_location_constraint_is_made(session: boto3.Session) -> None:
    s3 = session.client("s3", region_name="us-east-1")

    put_bucket(s3, "a-bucket", "us-east-1", "*")

    assert s3.get_bucket_versioning(Bucket="a-bucket")["Status"] == "Enabled"


def test_a_bucket_that_somebody_else_owns_is_not_touched(session: boto3.Session) -> None:
    s3 = session.client("s3")

    with Stubber(s3) as answers:  # any further call would be an error of its own
        answers.add_client_error("head_bucket", service_error_code="403", http_status_code=403)
        with pytest.raises(ClientError, match="403"):
            put_bucket(s3, "a-bucket", "eu-west-1", "*")
