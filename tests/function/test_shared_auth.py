"""Good tokens pass with exactly their rights; keys not meant for signatures verify nothing (faults.md, 41 and 42)."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from function_tokens import OTHER_KEY_ID, UserPool, document, jwk, new_key, signed

from shared.auth import Verifier
from shared.errors import ForbiddenError, UnauthorizedError
from shared.jwks import KeySet
from shared.principals import MAY_GENERATE, MAY_READ

NOW = Clock().seconds()


@pytest.mark.parametrize(
    "claims",
    [{}, {"exp": int(NOW) + 1}, {"nbf": int(NOW)}, {"nbf": int(NOW) + 5}, {"cognito:groups": None}],
    ids=["plain", "exp a second ahead", "nbf now", "nbf within the clock skew", "no groups"],
)
def test_good_access_token_names_its_subject(claims: dict[str, Any], pool: UserPool, verifier: Verifier) -> None:
    principal = verifier.principal(f"Bearer {pool.access_token(NOW, **claims)}")
    assert principal.subject == "6f1c0a2e-0000-4000-8000-000000000001"


def test_good_id_token_is_accepted_by_its_aud(pool: UserPool, verifier: Verifier) -> None:
    assert verifier.principal(f"bearer {pool.id_token(NOW, ['Members_Read_All'])}").groups == {"Members_Read_All"}


def test_token_of_the_pools_other_key_is_accepted(pool: UserPool, verifier: Verifier) -> None:
    token = signed(pool.other_key, pool.header(kid=OTHER_KEY_ID, typ="JWT"), pool.access_claims(NOW))
    assert verifier.principal(f"Bearer {token}").groups == frozenset()


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x"])
def test_header_without_bearer_token_is_refused(authorization: str | None, verifier: Verifier) -> None:
    with pytest.raises(UnauthorizedError):
        verifier.principal(authorization)


def test_two_tokens_in_one_header_are_refused(pool: UserPool, verifier: Verifier) -> None:
    token = pool.access_token(NOW)
    with pytest.raises(UnauthorizedError):
        verifier.principal(f"Bearer {token}, Bearer {token}")


@pytest.mark.parametrize(
    "groups",
    ["Members_CRUD_All", {"Members_CRUD_All": True}, [["Members_CRUD_All"]], ["members_crud_all"], [], None, 1],
    ids=["text", "map", "nested", "other case", "empty", "none", "number"],
)
def test_groups_that_are_no_list_of_names_give_no_rights(groups: Any, pool: UserPool, verifier: Verifier) -> None:
    principal = verifier.principal(f"Bearer {pool.access_token(NOW, **{'cognito:groups': groups})}")
    with pytest.raises(ForbiddenError):
        principal.role_among(MAY_READ)


@pytest.mark.parametrize(
    ("group", "may_generate", "may_read"),
    [
        ("Members_CRUD_All", True, True),
        ("System_CRUD_All", True, True),
        ("Members_Read_All", False, True),
        ("Events_CRUD_All", False, False),
    ],
)
def test_group_gives_exactly_its_rights(
    group: str, may_generate: bool, may_read: bool, pool: UserPool, verifier: Verifier
) -> None:
    principal = verifier.principal(f"Bearer {pool.access_token(NOW, [group])}")
    for allowed, needed in ((may_generate, MAY_GENERATE), (may_read, MAY_READ)):
        if allowed:
            assert principal.role_among(needed) == group
        else:
            with pytest.raises(ForbiddenError):
                principal.role_among(needed)


# row 41: a correct signature by a key that must not be used

SMALL_KEY = new_key(1024)
BAD_KEY_SETS: dict[str, Callable[[UserPool], tuple[dict[str, Any], ...]]] = {
    "two keys of one kid": lambda pool: (jwk(pool.key), jwk(pool.stranger)),
    "one key twice": lambda pool: (jwk(pool.key), jwk(pool.key)),
    "use enc": lambda pool: (jwk(pool.key, use="enc"),),
    "key_ops encrypt": lambda pool: (jwk(pool.key, key_ops=["encrypt"]),),
    "key_ops empty": lambda pool: (jwk(pool.key, key_ops=[]),),
    "key_ops text": lambda pool: (jwk(pool.key, key_ops="verify"),),
    "alg RS512": lambda pool: (jwk(pool.key, alg="RS512"),),
    "alg RSA-OAEP": lambda pool: (jwk(pool.key, alg="RSA-OAEP"),),
    "kty oct": lambda pool: (jwk(pool.key, kty="oct", k="c2VjcmV0"),),
    "private key": lambda pool: (jwk(pool.key, d="AQAB"),),
    "kid a number": lambda pool: (jwk(pool.key, 1),),
    "no modulus": lambda pool: (jwk(pool.key, n=None),),
    "modulus no base64": lambda pool: (jwk(pool.key, n="!"),),
}


@pytest.mark.parametrize("keys", BAD_KEY_SETS.values(), ids=BAD_KEY_SETS.keys())
def test_key_not_meant_for_signatures_verifies_nothing(
    keys: Callable[[UserPool], tuple[dict[str, Any], ...]], pool: UserPool, clock: Clock
) -> None:
    content = document(*keys(pool), jwk(pool.other_key, OTHER_KEY_ID))
    verifier = Verifier(
        KeySet(lambda: content, clock.seconds), issuer=pool.issuer, client_id=pool.client_id, now=clock.seconds
    )
    with pytest.raises(UnauthorizedError):
        verifier.principal(f"Bearer {pool.access_token(NOW)}")


def test_key_of_1024_bits_verifies_nothing(pool: UserPool, clock: Clock) -> None:
    content = document(jwk(SMALL_KEY), jwk(pool.other_key, OTHER_KEY_ID))
    verifier = Verifier(
        KeySet(lambda: content, clock.seconds), issuer=pool.issuer, client_id=pool.client_id, now=clock.seconds
    )
    with pytest.raises(UnauthorizedError):
        verifier.principal(f"Bearer {signed(SMALL_KEY, pool.header(), pool.access_claims(NOW))}")
