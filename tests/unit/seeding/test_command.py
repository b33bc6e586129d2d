"""What function/rehearsal.py prints."""

import json
from collections.abc import Iterator

import boto3
import jwt
import pytest
from moto import mock_aws

from function.seeding.command import parameters, run
from function.seeding.seed import Seeded

ENV = {
    "RELEASE_STACK": "reports-staging",
    "RELEASE_SMOKE_SECRET": "reports/smoke",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "RELEASE_ENDPOINT_FUNCTIONS": "http://host.docker.internal:1",
}


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def test_it_prints_what_it_made_as_parameters() -> None:
    printed = json.loads(run([], ENV))
    made = printed["parameters"]
    assert boto3.client("dynamodb").describe_table(TableName=made["MembersTableName"])["Table"]["ItemCount"] == 1228
    assert boto3.client("s3").head_bucket(Bucket=made["ReportsBucketName"])
    assert boto3.client("secretsmanager").get_secret_value(SecretId="reports/smoke")["SecretString"]
    assert printed["try"] == [
        'curl -H "Authorization: Bearer $(python3 function/rehearsal.py --token)" {api}/members/report'
    ]


def test_a_token_is_of_the_user_who_may_read_everything() -> None:
    made = json.loads(run([], ENV))["parameters"]
    claims = jwt.decode(run(["--token"], ENV), options={"verify_signature": False})
    assert (claims["username"], claims["client_id"]) == ("reader", made["UserPoolClientId"])


def test_functions_find_the_pools_keys_at_the_address_that_containers_reach() -> None:
    told = parameters(Seeded("t", 1, "b", "pool", "client", "s", "r"), ENV)
    assert told["UserPoolJwksUrl"] == "http://host.docker.internal:1/pool/.well-known/jwks.json"
