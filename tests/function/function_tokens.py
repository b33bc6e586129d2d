"""A user pool that signs tokens, good ones and any kind of bad one."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

KEY_ID, OTHER_KEY_ID = "pool-key-1=", "pool-key-2="


def new_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def jwk(key: RSAPrivateKey, key_id: Any = KEY_ID, **changes: Any) -> dict[str, Any]:
    """The public key as Cognito publishes it, with `changes`; a change to None leaves the member out."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    entry = {"kty": "RSA", "n": public["n"], "e": public["e"], "alg": "RS256", "use": "sig", "kid": key_id} | changes
    return {name: value for name, value in entry.items() if value is not None}


def document(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def rs256(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"


def signed(key: RSAPrivateKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token with an RS256 signature, whatever its header says."""
    message = unsigned(header, claims)
    return f"{message}.{encode(rs256(key, message.encode()))}"


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class UserPool:
    """One pool with one app client and two keys; `stranger` is a key it does not know."""

    key: RSAPrivateKey
    other_key: RSAPrivateKey
    stranger: RSAPrivateKey
    issuer: str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Tested"
    client_id: str = "client-of-the-tests"

    @classmethod
    def create(cls) -> "UserPool":
        return cls(new_key(), new_key(), new_key())

    def key_set_document(self) -> bytes:
        return document(jwk(self.key), jwk(self.other_key, OTHER_KEY_ID))

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def header(self, **changes: Any) -> dict[str, Any]:
        return without_none({"alg": "RS256", "kid": KEY_ID} | changes)

    def access_claims(self, now: float, groups: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
        """What an access token of Cognito says; a change to None leaves the claim out."""
        claims = {
            "sub": "6f1c0a2e-0000-4000-8000-000000000001",
            "iss": self.issuer,
            "client_id": self.client_id,
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin",
            "iat": int(now) - 60,
            "exp": int(now) + 3600,
            "username": "somebody",
            "cognito:groups": list(groups),
        }
        return without_none(claims | changes)

    def id_claims(self, now: float, groups: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
        """What an id token of Cognito says."""
        claims = self.access_claims(now, groups, client_id=None, scope=None, username=None)
        return without_none(
            claims | {"token_use": "id", "aud": self.client_id, "email": "somebody@example.org"} | changes
        )

    def access_token(self, now: float, groups: Sequence[str] = (), **changes: Any) -> str:
        return signed(self.key, self.header(), self.access_claims(now, groups, **changes))

    def id_token(self, now: float, groups: Sequence[str] = (), **changes: Any) -> str:
        return signed(self.key, self.header(), self.id_claims(now, groups, **changes))
