"""Who calls, and what they may do: a Cognito token, verified.

The rules are those of "Verifying JSON web tokens" in the Amazon Cognito developer guide and of RFC 8725 (JWT best
current practices). PyJWT checks structure, signature and issuer; the rest is compared here, against an explicit clock.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jwt

from shared.errors import UnauthorizedError
from shared.jwks import KEY_ID, KeySet
from shared.principals import Principal

LONGEST_TOKEN = 16 * 1024
KNOWN_HEADERS = {"alg", "kid", "typ"}  # jku, x5u, jwk, crit and the like are refused, not ignored
CLOCK_SKEW_SECONDS = 5  # for "not yet valid" only; an expired token gets no grace


class Verifier:
    """Verifies bearer tokens of one user pool and app client. `now` gives Unix seconds."""

    def __init__(self, keys: KeySet, *, issuer: str, client_id: str, now: Callable[[], float]) -> None:
        self._keys = keys
        self._issuer = issuer
        self._client_id = client_id
        self._now = now

    def principal(self, authorization: str | None) -> Principal:
        """The caller named by an Authorization header.

        Raises UnauthorizedError, or UnavailableError while no keys are known.
        """
        claims = self._claims(_bearer(authorization))
        self._check_times(claims)
        self._check_client(claims)
        groups = claims.get("cognito:groups")
        names = groups if isinstance(groups, list) else []
        return Principal(claims["sub"], frozenset(name for name in names if isinstance(name, str)))

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.key(_key_id(header))
            if key is None:
                raise UnauthorizedError("The token is signed with a key that this service does not know.")
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                options={
                    "require": ["exp", "iat", "iss", "sub", "token_use"],
                    # compared below: with a clock that is passed in, and by the rule of the token's use
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise UnauthorizedError("The token is not valid.") from error

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        if _seconds(claims["exp"]) <= now:
            raise UnauthorizedError("The token has expired.")
        if any(_seconds(claims[name]) > now + CLOCK_SKEW_SECONDS for name in ("nbf", "iat") if name in claims):
            raise UnauthorizedError("The token is not valid yet.")

    def _check_client(self, claims: Mapping[str, Any]) -> None:
        match claims["token_use"]:
            case "access":
                client = claims.get("client_id")
            case "id":
                client = claims.get("aud")
            case _:
                client = None
        if client != self._client_id:
            raise UnauthorizedError("The token was issued for another use or another client.")


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise UnauthorizedError("Send a token: Authorization: Bearer <token>.")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise UnauthorizedError("The Authorization header must be: Bearer <token>.")
    return token


def _key_id(header: Mapping[str, Any]) -> str:
    kid = header.get("kid")
    known = header.keys() <= KNOWN_HEADERS and header.get("alg") == "RS256" and header.get("typ", "JWT") == "JWT"
    if not known or not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
        raise UnauthorizedError("The token is not valid.")
    return kid


def _seconds(value: object) -> float:
    # a bool is an int in Python, a string would compare as text, NaN compares false with everything
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise UnauthorizedError("The token is not valid.")
    return value
