"""Why a registry did not answer, in words."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest
import urllib3

from release.adapters.unanswered import why


def failed(url: str, read: float = 5) -> Exception:
    pool = urllib3.PoolManager(retries=urllib3.Retry(total=1, backoff_factor=0), timeout=urllib3.Timeout(2, read))
    with pytest.raises(urllib3.exceptions.HTTPError) as caught:
        pool.request("GET", url)
    return caught.value


def test_a_name_that_nobody_knows() -> None:
    assert why(failed("http://registry.invalid/v2/")) == "its name cannot be resolved from here"


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and it does not listen
        assert why(failed(f"http://127.0.0.1:{taken.getsockname()[1]}/")) == "it takes no connection"


def test_a_server_that_says_nothing_and_one_that_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert why(failed(f"http://{address}/", read=0.1)) == "it was silent for too long"

        def hang_up() -> None:
            with suppress(OSError):  # the test is over, and its socket closed
                while True:
                    with server.accept()[0] as connection:
                        connection.recv(1 << 16)

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        try:
            assert why(failed(f"http://{address}/")) == "the connection broke off"
        finally:
            server.shutdown(socket.SHUT_RDWR)  # ends accept
            thread.join(10)


def test_what_has_no_words_here_is_told_as_it_is_in_one_line() -> None:
    assert why(urllib3.exceptions.HTTPError("odd\n  thing")) == "odd thing"
