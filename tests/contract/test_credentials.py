"""What the real sam says when its credentials end, and what the adapter makes of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from rehearsal.machine.tools import tools
from release.adapters.sam import Sam
from release.adapters.toolbox import Cache
from release.errors import MachineError
from tests.contract.cloudbench import REGION, CloudBench

EXPIRED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
    b"<Message>The security token included in the request is expired</Message></Error></ErrorResponse>"
)


@contextmanager
def ending(endpoint: str, last: bytes) -> Iterator[str]:
    """A way to ``endpoint`` on which the credentials end after a request that holds ``last``; b"" ends them at once."""
    pool, ended = urllib3.PoolManager(retries=False), threading.Event()
    if not last:
        ended.set()

    class Way(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._pass
            raise AttributeError(name)

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if ended.is_set():
                self._answer(403, {"Content-Type": "text/xml"}, EXPIRED)
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = pool.request(self.command, endpoint + self.path, headers=headers, body=body)
            kept = {n: v for n, v in answer.headers.items() if n.lower() not in ("transfer-encoding", "content-length")}
            if last in body:
                ended.set()
            self._answer(answer.status, kept, answer.data)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Way)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def deployed(bench: CloudBench, way: str) -> MachineError:
    """What comes of a deployment by the real sam over ``way``."""
    venv = tools(Cache.of(os.environ), print).venv("sam")
    sam = Sam(lambda: venv.tool("sam"), {**os.environ, "AWS_ENDPOINT_URL": way}, REGION, 300)
    with pytest.raises(MachineError) as caught:
        sam.deploy(bench.request("0.1.0"))
    assert caught.value.message.startswith(f"the AWS credentials ended while stack {bench.stack} was deployed (")
    return caught.value


@pytest.mark.emulator
def test_credentials_that_ended_before_sam_began_are_the_machine_s_problem(emulated_cloud: CloudBench) -> None:
    with ending(os.environ["AWS_ENDPOINT_URL"], b"") as way:
        assert "ExpiredToken" in deployed(emulated_cloud, way).message
    assert emulated_cloud.cloud.stack(emulated_cloud.stack) is None


@pytest.mark.emulator
def test_credentials_that_end_while_sam_waits_are_too_and_cloudformation_goes_on(emulated_cloud: CloudBench) -> None:
    with ending(os.environ["AWS_ENDPOINT_URL"], b"Action=ExecuteChangeSet") as way:
        assert "ExpiredToken" in deployed(emulated_cloud, way).message
    statuses = set()
    for _ in range(60):
        stack = emulated_cloud.cloud.stack(emulated_cloud.stack)
        statuses.add(stack.status if stack else "")
        if "CREATE_COMPLETE" in statuses:
            break
        time.sleep(0.5)
    assert "CREATE_COMPLETE" in statuses


@pytest.mark.emulator
def test_no_credentials_at_all_are_the_machine_s_problem(
    emulated_cloud: CloudBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert "credentials" in deployed(emulated_cloud, os.environ["AWS_ENDPOINT_URL"]).message
