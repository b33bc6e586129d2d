"""Amazon ECR's own API over HTTP on this machine, beside a registry, with fault switches (Amazon ECR API reference).

What the adapter calls, and nothing else: names are immutable, and what was written may be listed later than it was.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.support.httpregistry import HttpRegistry, Repository


@dataclass
class ApiFault:
    """What goes wrong, ``times`` times, with an operation: a status and AWS's error code; 0 cuts the answer off."""

    operation: str
    status: int
    code: str
    times: int = 1


class EcrApi:
    """A context manager that serves while it is open.

    Attributes:
        seen: every operation, in order.
        late: seconds until a name that was written is listed.
    """

    def __init__(self, registry: HttpRegistry) -> None:
        self.registry = registry
        self.faults: list[ApiFault] = []
        self.seen: list[str] = []
        self.late = 0.0
        self.written: dict[tuple[str, str], float] = {}
        api = self

        class Bound(_Handler):
            pass

        Bound.api = api
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> EcrApi:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and answer of one call."""
        if operation == "GetAuthorizationToken":
            return 200, {"authorizationData": [{"authorizationToken": "QVdTOnNlY3JldA=="}]}
        name = asked["repositoryName"]
        if name not in self.registry.repositories:
            return 400, {"__type": "RepositoryNotFoundException", "message": f"no repository {name}"}
        repository = self.registry.repositories[name]
        if operation == "DescribeImages":
            return 200, {"imageDetails": self._described(name, repository)}
        if operation == "BatchGetImage":
            found = [each["imageDigest"] for each in asked["imageIds"] if each["imageDigest"] in repository.manifests]
            return 200, {"images": [{"imageManifest": repository.manifests[digest][1].decode()} for digest in found]}
        assert operation == "PutImage", operation
        return self._put(name, repository, asked["imageDigest"], asked["imageTag"])

    def _described(self, name: str, repository: Repository) -> list[dict[str, Any]]:
        now = time.monotonic()
        listed = [(t, d) for t, d in repository.tags.items() if now - self.written.get((name, t), 0.0) >= self.late]
        return [{"imageDigest": digest, "imageTags": [tag]} for tag, digest in listed]

    def _put(self, name: str, repository: Repository, digest: str, tag: str) -> tuple[int, dict[str, Any]]:
        known = repository.tags.get(tag)
        if known:
            which = "ImageAlreadyExistsException" if known == digest else "ImageTagAlreadyExistsException"
            return 400, {"__type": which, "message": "taken"}
        repository.tags[tag] = digest
        self.written[name, tag] = time.monotonic()
        return 200, {"image": {"imageId": {"imageDigest": digest, "imageTag": tag}}}


class _Handler(BaseHTTPRequestHandler):
    api: EcrApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.api.seen.append(operation)
        fault = next((f for f in self.api.faults if f.times and f.operation == operation), None)
        if fault is not None:
            fault.times -= 1
        if fault is not None and fault.status:
            self._send(fault.status, {"__type": fault.code, "message": "as the test says"}, cut=False)
        else:
            self._send(*self.api.answer(operation, json.loads(body)), cut=fault is not None)

    def _send(self, status: int, answer: dict[str, Any], *, cut: bool) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = cut
