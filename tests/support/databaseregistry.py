"""A registry in this process, on loopback: enough of the distribution protocol to push and pull, with faults."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_MANIFEST = re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)\Z")
_BLOB = re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})\Z")
_UPLOADS = re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<session>[0-9]*)\Z")


@dataclass
class Registry:
    """What the registry holds and how it misbehaves.

    Attributes:
        refuse: how many requests for a manifest are still answered with ``refusal``.
        hang: never answer a request for a manifest until the registry is closed.
        cut_off: how many blobs are still sent only half.
        manifests_asked: how often a manifest was asked for.
    """

    host: str = ""
    manifests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    refuse: int = 0
    refusal: int = 429
    hang: bool = False
    cut_off: int = 0
    manifests_asked: int = 0
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[Registry]:
    """A registry for one test."""
    registry = Registry()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(registry))
    server.daemon_threads = True
    registry.host = f"localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/v2/":
                return self._answer(200)
            if found := _MANIFEST.match(self.path):
                return self._manifest(found["name"], found["reference"])
            if found := _BLOB.match(self.path):
                return self._blob(found["digest"])
            return self._answer(404)

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            found = _UPLOADS.match(self.path)
            if not found:
                return self._answer(404)
            return self._answer(202, headers={"Location": f"/v2/{found['name']}/blobs/uploads/1"})

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            url = urlsplit(self.path)
            if _UPLOADS.match(url.path):
                if parse_qs(url.query)["digest"] != [digest]:
                    return self._answer(400)
                registry.blobs[digest] = body
            elif found := _MANIFEST.match(url.path):
                for reference in (found["reference"], digest):
                    registry.manifests[found["name"], reference] = body
            else:
                return self._answer(404)
            return self._answer(201, headers={"Docker-Content-Digest": digest})

        def _manifest(self, name: str, reference: str) -> None:
            registry.manifests_asked += 1
            if registry.hang:
                registry.closing.wait()
                self.close_connection = True
                return None
            if registry.refuse:
                registry.refuse -= 1
                return self._answer(registry.refusal)
            body = registry.manifests.get((name, reference))
            if body is None:
                return self._answer(404)
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            media_type = "application/vnd.oci.image.manifest.v1+json"
            return self._answer(200, body, {"Content-Type": media_type, "Docker-Content-Digest": digest})

        def _blob(self, digest: str) -> None:
            body = registry.blobs.get(digest)
            if body is None:
                return self._answer(404)
            if registry.cut_off:
                registry.cut_off -= 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return None
            return self._answer(200, body, {"Content-Type": "application/octet-stream"})

        def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    return Handler
