"""The user pool's public keys (RFC 7517), fetched sparingly and kept while the pool does not answer."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from shared.errors import UnavailableError

KEY_ID = re.compile(r"[A-Za-z0-9+/=_-]{1,128}")
SMALLEST_KEY_BITS = 2048  # RFC 7518 section 3.3
FRESH_SECONDS = 3600.0
LONGEST_USE_SECONDS = 24 * 3600.0  # a withdrawn key must not outlive a pool that stays silent
FETCH_INTERVAL_SECONDS = 30.0
LARGEST_KEY_SET_BYTES = 64 * 1024

Fetch = Callable[[], bytes]
"""Answers the key set's bytes, or raises OSError or urllib3's HTTPError."""


def http_fetch(url: str, seconds: float = 3.0) -> Fetch:
    """Fetches `url` without following redirects, in `seconds` at most."""
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=seconds), retries=False)

    def fetch() -> bytes:
        answer = pool.request("GET", url, redirect=False, preload_content=False)
        try:
            if answer.status != 200:
                raise OSError(f"the key set's address answered {answer.status}")
            return answer.read(LARGEST_KEY_SET_BYTES + 1)
        finally:
            answer.close()  # not back to the pool: it may hold an unread rest

    return fetch


class KeySet:
    """Looks keys up by id. One per container; `clock` gives seconds that only grow."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._loaded_at: float | None = None
        self._tried_at: float | None = None

    def key(self, key_id: str) -> RSAPublicKey | None:
        """The key of that id, or None where the pool has no such key; raises UnavailableError without any keys.

        An unknown id asks the pool again, but at most once in FETCH_INTERVAL_SECONDS whatever the callers send.
        """
        if not self._fresh() or key_id not in self._keys:
            self._refresh()
        if self._loaded_at is None or self._age() > LONGEST_USE_SECONDS:
            raise UnavailableError(
                "Tokens cannot be checked at the moment. Try again later.", headers={"Retry-After": "30"}
            )
        return self._keys.get(key_id)

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._clock() - self._loaded_at

    def _fresh(self) -> bool:
        return self._age() <= FRESH_SECONDS

    def _refresh(self) -> None:
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < FETCH_INTERVAL_SECONDS:
            return
        self._tried_at = now
        try:
            keys = parse_key_set(self._fetch())
        except (OSError, ValueError, urllib3.exceptions.HTTPError):
            return  # good keys are kept; `key` fails closed when there are none, or they are too old
        self._keys, self._loaded_at = keys, now


def parse_key_set(document: bytes) -> dict[str, RSAPublicKey]:
    """The usable keys by id; ValueError for anything that is no key set or holds no usable key.

    A key is left out when it is not for RS256 signatures, is too small, or shares its id with another.
    """
    if len(document) > LARGEST_KEY_SET_BYTES:
        raise ValueError("the key set is too large")
    content = json.loads(document)
    entries = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a key set")
    members = [entry for entry in entries if isinstance(entry, dict)]
    times = Counter(str(entry.get("kid")) for entry in members)
    usable = {
        str(entry["kid"]): key
        for entry in members
        if times[str(entry.get("kid"))] == 1 and (key := _rsa_key(entry)) is not None
    }
    if not usable:
        raise ValueError("the key set holds no usable key")
    return usable


def _rsa_key(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    kid, operations = entry.get("kid"), entry.get("key_ops", ["verify"])
    fits = (
        isinstance(kid, str)
        and KEY_ID.fullmatch(kid) is not None
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in entry  # a private key in public is nobody's key any more
    )
    if not fits:
        return None
    try:
        key = RSAAlgorithm.from_jwk({name: entry.get(name) for name in ("kty", "n", "e")})
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY_BITS else None
