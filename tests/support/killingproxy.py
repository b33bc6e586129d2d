"""A proxy in front of the emulated AWS that kills a command when a named request passes, before or after it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True)
class KillPoint:
    """Where a command is killed.

    Attributes:
        when: "before" the request reaches AWS, or "after" AWS has answered it; the answer never arrives.
        request: a regular expression for the request's name: ``CreateChangeSet app-staging``, ``PutImage staging-1``,
            ``PUT /v2/app/export/manifests/sha256:…``.
        number: which of these requests, the first is 1.
    """

    when: str
    request: str
    number: int = 1


class KillingProxy(ThreadingHTTPServer):
    """Relays everything on loopback.

    Attributes:
        names: every request that passed.
        point, group: where to kill, and the process group; None and 0 kill nobody.
    """

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.upstream = upstream
        self.names: list[str] = []
        self.point: KillPoint | None = None
        self.group = 0
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def aim(self, point: KillPoint | None) -> None:
        """Kill at ``point``, counted from now."""
        with self.lock:
            self.names.clear()
            self.point = point

    def passes(self, name: str) -> bool:
        """Note a request; whether it is the one at which the command dies."""
        with self.lock:
            self.names.append(name)
            if self.point is None or not re.search(self.point.request, name):
                return False
            seen = sum(1 for each in self.names if re.search(self.point.request, each))
            return seen == self.point.number

    def kill(self) -> None:
        """End the command and all that it started, at once, as a machine that goes away does."""
        os.killpg(self.group, signal.SIGKILL)


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: KillingProxy

    def _relay(self) -> None:
        body = self._body()
        dies = self.server.passes(_name(self.command, self.path, self.headers.get("X-Amz-Target", ""), body))
        if dies and self.server.point and self.server.point.when == "before":
            self.server.kill()
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=300)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP | {"expect"}}
        upstream.request(self.command, self.path, body, headers | {"Content-Length": str(len(body))})
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if dies:
            self.server.kill()
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _relay  # noqa: N815 - the names of http.server

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the names are kept."""


def _name(method: str, path: str, target: str, body: bytes) -> str:
    """What a request is called: an action of AWS and the stack or tag that it is about, or its method and path."""
    if target:
        return f"{target.rpartition('.')[2]} {json.loads(body or b'{}').get('imageTag', '')}".strip()
    if method == "POST" and body.startswith((b"Action=", b"Version=")):
        given = parse_qs(body.decode(errors="replace"))
        return " ".join(given[key][0] for key in ("Action", "StackName") if key in given)
    return f"{method} {path}"


@contextmanager
def killing_proxy(upstream: int) -> Iterator[KillingProxy]:
    """A proxy for the port ``upstream`` of this machine."""
    with KillingProxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
