"""The function: accounts and tokens over HTTP."""

import os
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import tokens
from common.http import Answer, Request, serve
from identity import accounts


class Table:
    """The accounts in DynamoDB."""

    def __init__(self, name: str) -> None:
        self._table = boto3.resource("dynamodb").Table(name)

    def get(self, name: str) -> dict[str, Any] | None:
        return self._table.get_item(Key={"name": name}).get("Item")

    def add(self, item: dict[str, Any]) -> bool:
        try:
            self._table.put_item(
                Item=item, ConditionExpression="attribute_not_exists(#n)", ExpressionAttributeNames={"#n": "name"}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def routes(table: accounts.Accounts, key: str) -> dict[tuple[str, str], Any]:
    def health(_: Request) -> Answer:
        return 200, {"status": "ok", "service": "identity"}

    def register(request: Request) -> Answer:
        given = request.read(accounts.Credentials)
        accounts.register(table, given)
        return 201, {"name": given.name}

    def token(request: Request) -> Answer:
        given = request.read(accounts.Credentials)
        accounts.check(table, given)
        return 200, {"token": tokens.sign(given.name, key), "expires_in": tokens.LIFE}

    def me(request: Request) -> Answer:
        return 200, {"name": tokens.bearer(request.headers.get("authorization"), key)}

    return {
        ("GET", "/identity/health"): health,
        ("POST", "/identity/accounts"): register,
        ("POST", "/identity/tokens"): token,
        ("GET", "/identity/me"): me,
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return serve(routes(Table(os.environ["ACCOUNTS_TABLE"]), os.environ["TOKEN_KEY"]), event)
