"""The function: profiles over HTTP."""

import os
from typing import Any

import boto3

from common import tokens
from common.http import Answer, Request, serve
from players import profiles


class Table:
    """The profiles in DynamoDB."""

    def __init__(self, name: str) -> None:
        self._table = boto3.resource("dynamodb").Table(name)

    def get(self, player: str) -> dict[str, Any] | None:
        item = self._table.get_item(Key={"player": player}).get("Item")
        return item and {name: value for name, value in item.items() if name != "player"}

    def put(self, player: str, profile: dict[str, Any]) -> None:
        self._table.put_item(Item={"player": player, **profile})


def routes(table: profiles.Profiles, key: str) -> dict[tuple[str, str], Any]:
    def caller(request: Request) -> str:
        return tokens.bearer(request.headers.get("authorization"), key)

    def health(_: Request) -> Answer:
        return 200, {"status": "ok", "service": "players"}

    def read(request: Request) -> Answer:
        caller(request)
        return 200, profiles.shown(table, request.path["player"])

    def change(request: Request) -> Answer:
        player = request.path["player"]
        profiles.change(table, player, caller(request), request.read(profiles.Profile))
        return 200, profiles.shown(table, player)

    return {
        ("GET", "/players/health"): health,
        ("GET", "/players/{player}"): read,
        ("PUT", "/players/{player}"): change,
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return serve(routes(Table(os.environ["PROFILES_TABLE"]), os.environ["TOKEN_KEY"]), event)
