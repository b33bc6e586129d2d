"""The key set: fetched sparingly, kept while the pool is silent, closed when nothing is known (faults.md, 43)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from conftest import Clock
from function_tokens import KEY_ID, OTHER_KEY_ID, UserPool, document, jwk

from shared.errors import UnavailableError
from shared.jwks import (
    FETCH_INTERVAL_SECONDS,
    FRESH_SECONDS,
    LARGEST_KEY_SET_BYTES,
    LONGEST_USE_SECONDS,
    KeySet,
    http_fetch,
    parse_key_set,
)


class Source:
    """A pool's address whose answer can be changed, and that counts how often it is asked."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def source(pool: UserPool) -> Source:
    return Source(pool.key_set_document())


@pytest.fixture
def keys(source: Source, clock: Clock) -> KeySet:
    return KeySet(source, clock.seconds)


GARBAGE = {
    "no JSON": b"<html>",
    "no map": b"[]",
    "no keys": b"{}",
    "keys no list": b'{"keys": {}}',
    "no usable key": b'{"keys": [{"kty": "EC", "kid": "a"}, 1, null]}',
    "empty": b"",
    "not UTF-8": b'{"keys": "\xff\xfe"}',
    "too large": b" " * (LARGEST_KEY_SET_BYTES + 1),
}
FAULTS: list[bytes | Exception] = [OSError("down"), urllib3.exceptions.TimeoutError("slow"), *GARBAGE.values()]


def test_known_key_is_fetched_once(source: Source, keys: KeySet) -> None:
    assert all(keys.key(KEY_ID) is not None for _ in range(50))
    assert source.asked == 1


def test_flood_of_unknown_kids_asks_the_pool_once_an_interval(source: Source, keys: KeySet, clock: Clock) -> None:
    for number in range(1000):
        assert keys.key(f"unknown-{number}") is None
    assert source.asked == 1
    clock.advance(FETCH_INTERVAL_SECONDS)
    for number in range(1000):
        assert keys.key(f"unknown-{number}") is None
    assert source.asked == 2


def test_rotated_key_is_found_after_the_interval(source: Source, keys: KeySet, clock: Clock, pool: UserPool) -> None:
    keys.key(KEY_ID)
    source.answer = document(jwk(pool.stranger, "rotated="))
    clock.advance(FETCH_INTERVAL_SECONDS)
    assert keys.key("rotated=") is not None
    assert keys.key(KEY_ID) is None


@pytest.mark.parametrize("fault", FAULTS, ids=["down", "slow", *GARBAGE])
def test_good_keys_are_kept_while_the_pool_fails(
    fault: bytes | Exception, source: Source, keys: KeySet, clock: Clock
) -> None:
    keys.key(KEY_ID)
    source.answer = fault
    clock.advance(FRESH_SECONDS + 1)
    assert keys.key(KEY_ID) is not None
    assert keys.key(OTHER_KEY_ID) is not None
    assert source.asked == 2


@pytest.mark.parametrize("fault", FAULTS, ids=["down", "slow", *GARBAGE])
def test_without_any_keys_nobody_gets_in_and_fetches_stay_limited(
    fault: bytes | Exception, source: Source, keys: KeySet
) -> None:
    source.answer = fault
    for _ in range(20):
        with pytest.raises(UnavailableError) as refused:
            keys.key(KEY_ID)
        assert refused.value.status == 503
    assert source.asked == 1


def test_keys_too_old_to_trust_are_no_longer_used(source: Source, keys: KeySet, clock: Clock) -> None:
    keys.key(KEY_ID)
    source.answer = OSError("down")
    clock.advance(LONGEST_USE_SECONDS + 1)
    with pytest.raises(UnavailableError):
        keys.key(KEY_ID)


def test_keys_come_back_when_the_pool_does(source: Source, keys: KeySet, clock: Clock) -> None:
    good, source.answer = source.answer, OSError("down")
    with pytest.raises(UnavailableError):
        keys.key(KEY_ID)
    source.answer = good
    clock.advance(FETCH_INTERVAL_SECONDS)
    assert keys.key(KEY_ID) is not None


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_no_key_set(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_key_set(content)


class Handler(BaseHTTPRequestHandler):
    """Answers by path; /slow never does."""

    released = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.released.wait()
            return
        status = {"/good": 200, "/redirect": 302, "/broken": 500, "/large": 200}[self.path]
        body = b"x" * (LARGEST_KEY_SET_BYTES * 4) if self.path == "/large" else b"the keys"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/good")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Handler.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetch_reads_the_answer(address: str) -> None:
    assert http_fetch(f"{address}/good")() == b"the keys"


@pytest.mark.parametrize("path", ["/redirect", "/broken"])
def test_fetch_takes_nothing_but_a_plain_success(address: str, path: str) -> None:
    with pytest.raises(OSError, match="answered"):
        http_fetch(f"{address}{path}")()


def test_fetch_reads_no_more_than_a_key_set(address: str) -> None:
    assert len(http_fetch(f"{address}/large")()) == LARGEST_KEY_SET_BYTES + 1


def test_fetch_gives_up_on_a_silent_pool(address: str) -> None:
    with pytest.raises(urllib3.exceptions.HTTPError):
        http_fetch(f"{address}/slow", seconds=0.05)()


def test_fetch_of_an_unreachable_pool_raises() -> None:
    with pytest.raises((OSError, urllib3.exceptions.HTTPError)):
        http_fetch("http://127.0.0.1:9/jwks.json", seconds=0.2)()
