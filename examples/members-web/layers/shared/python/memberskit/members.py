"""Members: what one is, and the table of them."""

import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import boto3


class NoMemberError(ValueError):
    """What came is no member; says why."""


@dataclass(frozen=True)
class Member:
    """``joined`` is a date like 2026-11-25."""

    email: str
    name: str
    joined: str


def member(document: Any) -> Member:
    """Raises NoMemberError."""
    if not isinstance(document, dict):
        raise NoMemberError("it is no object")
    values = {each.name: document.get(each.name) for each in fields(Member)}
    for field, value in values.items():
        if not isinstance(value, str) or not value.strip():
            raise NoMemberError(f"{field} is missing")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", values["email"]):
        raise NoMemberError("email is no address")
    try:
        date.fromisoformat(values["joined"])
    except ValueError as error:
        raise NoMemberError("joined is no date like 2026-11-25") from error
    return Member(values["email"].lower(), values["name"].strip(), values["joined"])


class Table:
    """The members in DynamoDB."""

    def __init__(self) -> None:
        self._table = boto3.resource("dynamodb").Table(os.environ["MEMBERS_TABLE"])

    def put(self, given: Member) -> None:
        self._table.put_item(Item=asdict(given))

    def all(self) -> Iterator[Member]:
        answer: dict[str, Any] = {"LastEvaluatedKey": None}
        while "LastEvaluatedKey" in answer:
            start = answer["LastEvaluatedKey"]
            answer = self._table.scan(**({"ExclusiveStartKey": start} if start else {}))
            yield from (Member(**item) for item in answer["Items"])
