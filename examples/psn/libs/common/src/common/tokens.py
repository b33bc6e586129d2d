"""Bearer tokens: who somebody is and until when, signed with a key that both services know."""

import base64
import hashlib
import hmac
import json
import time

from common.errors import UnauthorizedError

LIFE = 3600


def sign(player: str, key: str, now: float | None = None) -> str:
    """A token for ``player`` that lasts an hour."""
    ends = int(time.time() if now is None else now) + LIFE
    claims = base64.urlsafe_b64encode(json.dumps({"sub": player, "exp": ends}).encode()).decode()
    return f"{claims}.{_mac(claims, key)}"


def player_of(token: str, key: str, now: float | None = None) -> str:
    """Whose token it is. Raises UnauthorizedError: not signed with ``key``, or over."""
    claims, _, mac = token.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(claims, key).encode()):
        raise UnauthorizedError("this token is not one of ours")
    read = json.loads(base64.urlsafe_b64decode(claims))
    if read["exp"] <= (time.time() if now is None else now):
        raise UnauthorizedError("this token is over")
    return str(read["sub"])


def bearer(authorization: str | None, key: str) -> str:
    """Whose token the header ``Authorization`` brings. Raises UnauthorizedError."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError("a bearer token is needed")
    return player_of(token, key)


def _mac(claims: str, key: str) -> str:
    return hmac.new(key.encode(), claims.encode(), hashlib.sha256).hexdigest()
