"""Lambda's side of the Runtime API and the Extensions API, which hands out no event.

Sources: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes", "Using the Lambda Extensions
API to create extensions", "Accessing real-time telemetry data for extensions using the Telemetry API".
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_NEXT = re.compile(r"/2018-06-01/runtime/(?:invocation|restore)/next\Z")
_FAILED = re.compile(r"/(?:2018-06-01/runtime/init|2020-01-01/extension/(?:init|exit))/error\Z")
_TELEMETRY = re.compile(r"/(?:2020-08-15/logs|2022-07-01/telemetry)\Z")
#: Bytes of a report that are read; the rest is not.
_MOST = 1_000_000


class RuntimeApi:
    """What one start asked for.

    Attributes:
        reached: something was asked, so the image can reach this server.
        ready: the time (seconds since the epoch) of the first wish for an event; 0: none yet.
        problem: the error that the runtime or an extension reported, with its kind; "": none.
        news: set when one of the latter two is.
    """

    def __init__(self, function: str) -> None:
        self.function = function
        self.reached, self.ready, self.problem = False, 0.0, ""
        self.news, self.over = threading.Event(), threading.Event()

    def asked(self) -> None:
        """The runtime wants an event: whatever it loads at its start is loaded."""
        self.ready = self.ready or time.time()
        self.news.set()

    def failed(self, kind: str, body: bytes) -> None:
        """The runtime or an extension reports that it cannot start."""
        try:
            report = json.loads(body)
            told = f"{report.get('errorType') or kind}: {report.get('errorMessage') or ''}".strip(": ")
            trace = report.get("stackTrace")
            lines = [str(line).rstrip() for line in trace] if isinstance(trace, list) else []
            told = "\n".join([told, *lines[-10:]])
        except (ValueError, AttributeError):
            told = f"{kind} {body.decode(errors='replace')[:2000]}".strip()
        self.problem = self.problem or told or "it reported an error without a message"
        self.news.set()

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Listen on loopback in this block; the port."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            api.reached = True
            if _NEXT.match(self.path):
                api.asked()
                api.over.wait()
                self.close_connection = True
            elif self.path == "/2020-01-01/extension/event/next":
                api.over.wait()
                self.close_connection = True
            else:
                self._answer(404, {"errorType": "NotFound", "errorMessage": self.path})

        def do_POST(self) -> None:
            api.reached = True
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST))
            if _FAILED.match(self.path):
                api.failed(
                    self.headers.get("Lambda-Runtime-Function-Error-Type")
                    or self.headers.get("Lambda-Extension-Function-Error-Type")
                    or "",
                    body,
                )
                self._answer(202, {"status": "OK"})
            elif self.path == "/2020-01-01/extension/register":
                names = {"functionName": api.function, "functionVersion": "$LATEST", "handler": ""}
                self._answer(200, names, ("Lambda-Extension-Identifier", str(uuid.uuid4())))
            else:
                self._answer(404, {"errorType": "NotFound", "errorMessage": self.path})

        def do_PUT(self) -> None:
            api.reached = True
            self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST))
            self._answer(200 if _TELEMETRY.match(self.path) else 404, "OK")

        def _answer(self, status: int, document: object, *headers: tuple[str, str]) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(content))), *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what a start said is in its own output."""

    return Handler
