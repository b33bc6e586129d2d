"""Accounts: a name and what proves it. The table is passed in: DynamoDB's, or a test's."""

import base64
import hashlib
import hmac
import os
from typing import Any, Protocol

from pydantic import BaseModel, Field

from common.errors import ConflictError, UnauthorizedError

_ROUNDS = 100_000


class Credentials(BaseModel):
    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{2,15}$")
    password: str = Field(min_length=8, max_length=200)


class Accounts(Protocol):
    def get(self, name: str) -> dict[str, Any] | None: ...

    def add(self, item: dict[str, Any]) -> bool:
        """Whether the name was free, and is taken now."""


def register(accounts: Accounts, given: Credentials) -> None:
    """Raises ConflictError: the name is taken."""
    salt = os.urandom(16)
    item = {"name": given.name, "salt": _text(salt), "hash": _text(_hash(given.password, salt))}
    if not accounts.add(item):
        raise ConflictError(f"{given.name} is taken")


def check(accounts: Accounts, given: Credentials) -> None:
    """Raises UnauthorizedError, with the same words for a wrong name and a wrong password."""
    found = accounts.get(given.name) or {"salt": "", "hash": ""}
    proof = _hash(given.password, base64.b64decode(found["salt"]))
    if not hmac.compare_digest(proof, base64.b64decode(found["hash"])):
        raise UnauthorizedError("wrong name or password")


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
