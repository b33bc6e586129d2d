"""Every way of tampering with a token is refused (faults.md, 40 and 42)."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from function_tokens import OTHER_KEY_ID, UserPool, encode, jwk, signed, unsigned

from shared.auth import Verifier
from shared.errors import UnauthorizedError
from shared.jwks import KeySet

NOW = Clock().seconds()
Forge = Callable[[UserPool], str]


def with_header(**changes: Any) -> Forge:
    """The pool's own signature under a changed header: the header alone must be reason enough to refuse."""
    return lambda pool: signed(pool.key, pool.header(**changes), pool.access_claims(NOW))


def access(**changes: Any) -> Forge:
    return lambda pool: pool.access_token(NOW, **changes)


def id_token(**changes: Any) -> Forge:
    return lambda pool: pool.id_token(NOW, **changes)


def hs256(secret: Callable[[UserPool], bytes]) -> Forge:
    def forge(pool: UserPool) -> str:
        message = unsigned(pool.header(alg="HS256"), pool.access_claims(NOW))
        return f"{message}.{encode(hmac.new(secret(pool), message.encode(), hashlib.sha256).digest())}"

    return forge


def ps256(pool: UserPool) -> str:
    message = unsigned(pool.header(alg="PS256"), pool.access_claims(NOW))
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    return f"{message}.{encode(pool.key.sign(message.encode(), pss, hashes.SHA256()))}"


def rs512(pool: UserPool) -> str:
    message = unsigned(pool.header(alg="RS512"), pool.access_claims(NOW))
    return f"{message}.{encode(pool.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA512()))}"


def other_claims_under_the_old_signature(pool: UserPool) -> str:
    header, _, signature = pool.access_token(NOW).split(".")
    claims = pool.access_claims(NOW, ["System_CRUD_All"])
    return f"{header}.{encode(json.dumps(claims).encode())}.{signature}"


def one_bit_of_the_signature_flipped(pool: UserPool) -> str:
    message, _, _ = pool.access_token(NOW).rpartition(".")
    signature = bytearray(pool.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))
    signature[10] ^= 1
    return f"{message}.{encode(bytes(signature))}"


def embedded_key(pool: UserPool) -> str:
    header = pool.header(jwk=jwk(pool.stranger))
    return signed(pool.stranger, header, pool.access_claims(NOW))


TAMPERED: dict[str, Forge] = {
    # row 40: the header chooses how it is checked
    "alg none without a signature": lambda pool: unsigned(pool.header(alg="none"), pool.access_claims(NOW)) + ".",
    "alg None in another case": lambda pool: unsigned(pool.header(alg="nOnE"), pool.access_claims(NOW)) + ".",
    "alg none over a good signature": with_header(alg="none"),
    "alg missing": with_header(alg=None),
    "HS256 with the public key's PEM as secret": hs256(lambda pool: pool.public_pem()),
    "HS256 with the modulus as secret": hs256(lambda pool: jwk(pool.key)["n"].encode()),
    "HS256 with an empty secret": hs256(lambda _: b""),
    "PS256 by the pool's key": ps256,
    "RS512 by the pool's key": rs512,
    "RS256 in lower case": with_header(alg="rs256"),
    "jku": with_header(jku="https://attacker.example/jwks.json"),
    "x5u": with_header(x5u="https://attacker.example/cert.pem"),
    "x5c": with_header(x5c=["MIIB"]),
    "embedded jwk of the pool itself": lambda pool: with_header(jwk=jwk(pool.key))(pool),
    "embedded jwk of a stranger": embedded_key,
    "crit naming an unknown extension": with_header(crit=["exp2"], exp2=1),
    "crit with b64 false": with_header(crit=["b64"], b64=False),
    "empty crit": with_header(crit=[]),
    "zip": with_header(zip="DEF"),
    "typ of something else": with_header(typ="dpop+jwt"),
    "kid is a path": with_header(kid="../../../../dev/null"),
    "kid is SQL": with_header(kid="' UNION SELECT 'key' --"),
    "kid is a shell command": with_header(kid="pool-key-1=|id"),
    "kid with a null byte": with_header(kid="pool-key-1=\0"),
    "kid with a trailing newline": with_header(kid="pool-key-1=\n"),
    "kid empty": with_header(kid=""),
    "kid very long": with_header(kid="k" * 5000),
    "kid is a number": with_header(kid=1),
    "kid is a list": with_header(kid=["pool-key-1="]),
    "kid missing": with_header(kid=None),
    "kid unknown": with_header(kid="another-key="),
    "kid of the pool's other key": with_header(kid=OTHER_KEY_ID),
    # the signature
    "signed by a stranger under the pool's kid": lambda pool: signed(
        pool.stranger, pool.header(), pool.access_claims(NOW)
    ),
    "claims changed after signing": other_claims_under_the_old_signature,
    "one bit of the signature flipped": one_bit_of_the_signature_flipped,
    "signature cut off": lambda pool: pool.access_token(NOW)[:-20],
    "signature empty": lambda pool: pool.access_token(NOW).rpartition(".")[0] + ".",
    "two parts": lambda pool: pool.access_token(NOW).rpartition(".")[0],
    "five parts": lambda pool: pool.access_token(NOW) + ".a.b",
    "no token at all": lambda _: "",
    "not base64": lambda _: "ä.ö.ü",
    "header is a list": lambda _: f"{encode(b'[]')}.{encode(b'{}')}.{encode(b'x')}",
    "claims are no JSON": lambda pool: signed_bytes(pool, b"{"),
    "claims are a list": lambda pool: signed_bytes(pool, b"[]"),
    "larger than any token": access(padding="x" * 20_000),
    # row 42: claims
    "issuer of another pool": access(iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
    "issuer with a slash more": lambda pool: pool.access_token(NOW, iss=pool.issuer + "/"),
    "issuer as a list": lambda pool: pool.access_token(NOW, iss=[pool.issuer]),
    "issuer missing": access(iss=None),
    "client_id of another client": access(client_id="another-client"),
    "client_id missing": access(client_id=None),
    "client_id as a list": lambda pool: pool.access_token(NOW, client_id=[pool.client_id]),
    "access token with aud in place of client_id": lambda pool: pool.access_token(
        NOW, client_id=None, aud=pool.client_id
    ),
    "aud of another client": id_token(aud="another-client"),
    "aud with another client beside": lambda pool: pool.id_token(NOW, aud=[pool.client_id, "another-client"]),
    "aud missing": id_token(aud=None),
    "id token with client_id in place of aud": lambda pool: pool.id_token(NOW, aud=None, client_id=pool.client_id),
    "token_use refresh": access(token_use="refresh"),
    "token_use missing": access(token_use=None),
    "token_use in another case": access(token_use="Access"),
    "sub missing": access(sub=None),
    "sub is a number": access(sub=7),
    "exp missing": access(exp=None),
    "exp is text": access(exp="99999999999"),
    "exp is true": access(exp=True),
    "exp is not a number": access(exp=float("nan")),
    "exp is this very second": access(exp=int(NOW)),
    "exp a second ago": access(exp=int(NOW) - 1),
    "nbf beyond the clock skew": access(nbf=int(NOW) + 6),
    "nbf is text": access(nbf="0"),
    "nbf is true": access(nbf=True),
    "iat is true": access(iat=True),
    "iat in the future": access(iat=int(NOW) + 60),
    "iat missing": access(iat=None),
}


def signed_bytes(pool: UserPool, claims: bytes) -> str:
    message = f"{encode(json.dumps(pool.header()).encode())}.{encode(claims)}"
    return f"{message}.{encode(pool.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@pytest.mark.parametrize("forge", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampered_token_is_refused_with_401(forge: Forge, pool: UserPool, verifier: Verifier) -> None:
    with pytest.raises(UnauthorizedError) as refused:
        verifier.principal(f"Bearer {forge(pool)}")
    assert refused.value.status == 401


@pytest.mark.parametrize("header", [{"kid": "../../dev/null"}, {"kid": "k" * 200}, {"alg": "HS256"}, {"jku": "x"}])
def test_header_that_cannot_be_the_pools_does_not_even_ask_for_keys(
    header: dict[str, Any], pool: UserPool, clock: Clock
) -> None:
    asked: list[str] = []

    def fetch() -> bytes:
        asked.append("once")
        return pool.key_set_document()

    verifier = Verifier(KeySet(fetch, clock.seconds), issuer=pool.issuer, client_id=pool.client_id, now=clock.seconds)
    with pytest.raises(UnauthorizedError):
        verifier.principal(f"Bearer {with_header(**header)(pool)}")
    assert asked == []
