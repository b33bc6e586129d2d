"""A registry over HTTP on this machine, strictly by the OCI distribution specification 1.1, with fault switches.

It has the end points that a push and a pull need ("Endpoints", end-1 to end-8); a tag is put there by the test, not by
a push. It can ask for a sign-in as other people's registries do (CNCF Distribution, "Token Authentication").
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from tests.support.ociimage import digest_of, read_blobs

_PATH = re.compile(r"/v2/(?P<name>.+?)/(?P<kind>blobs/uploads|blobs|manifests)/(?P<rest>[^/]*)\Z")


@dataclass
class Fault:
    """What goes wrong, ``times`` times, with requests of this method whose path has ``part``.

    ``kind``: a status ("429", "500", …); "drop" closes the connection halfway through the request; "lost" does what was
    asked and closes before the answer; "truncated" sends half of the answer; "wrong" answers with other bytes.
    """

    method: str
    part: str
    kind: str
    times: int = 1


@dataclass
class Repository:
    """Blobs and manifests by digest, tags with the digest behind them; ``uploads`` are begun and not finished."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    uploads: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)


class HttpRegistry:
    """A context manager that serves while it is open, over TLS when it is given a ``certificate`` (with its key).

    Attributes:
        host: ``127.0.0.1:port``.
        authorization: what the header must say, or "" for no check.
        challenge: "basic" or "bearer" asks for a sign-in, "bearer" at ``/token``; "" for none.
        users: name -> password of those who may sign in; without any, everybody gets a token.
        says_digest: whether the answer for a manifest names its digest.
        redirects: blobs are given by a redirect to a storage that answers GET only and takes no credentials.
        late: seconds until a manifest that was pushed is given.
        seen: every request as "METHOD path".
        received: request with a body -> the body's bytes.
    """

    def __init__(self, *repositories: str, certificate: Path | None = None) -> None:
        self.repositories = {name: Repository() for name in repositories}
        self.faults: list[Fault] = []
        self.late = 0.0
        self.pushed: dict[str, float] = {}
        self.seen: list[str] = []
        self.received: dict[str, int] = {}
        self.authorization = ""
        self.challenge = ""
        self.users: dict[str, str] = {}
        self.says_digest = True
        self.redirects = False
        registry = self

        class Bound(_Handler):
            pass

        Bound.registry = registry
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.port = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self) -> HttpRegistry:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, repository: str, tag: str, layout: Path) -> str:
        """Have the image of an OCI layout here under ``tag``, which may have been another's; its digest."""
        there = self.repositories[repository]
        index = json.loads((layout / "index.json").read_bytes())
        digest, media_type = index["manifests"][0]["digest"], index["manifests"][0]["mediaType"]
        there.blobs |= read_blobs(layout)
        there.manifests[digest] = (media_type, there.blobs[digest])
        there.tags[tag] = digest
        return str(digest)

    def fault(self, method: str, path: str) -> str:
        """The kind of fault for this request, used up once; "" for none."""
        for fault in self.faults:
            if fault.times and fault.method == method and fault.part in path:
                fault.times -= 1
                return fault.kind
        return ""


class _Handler(BaseHTTPRequestHandler):
    registry: HttpRegistry
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # headers and body go in two writes; the second must not wait for the first's receipt
    )

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _serve(self) -> None:
        self.registry.seen.append(f"{self.command} {self.path}")
        kind = self.registry.fault(self.command, self.path)
        length = int(self.headers.get("Content-Length", "0"))
        if kind == "drop":
            self.rfile.read(length // 2)
            self.close_connection = True
            self.connection.close()
            return
        body = self.rfile.read(length)
        if body:
            self.registry.received[f"{self.command} {self.path}"] = len(body)
        if kind.isdigit():
            self._error(int(kind), "TOOMANYREQUESTS" if kind == "429" else "UNKNOWN")
            return
        status, headers, answer = self._answer(body)
        if kind == "lost":
            self.close_connection = True
            self.connection.close()
            return
        if kind == "wrong":
            answer = b"x" * len(answer)
        self._send(status, headers, answer, cut=kind == "truncated")

    def _send(self, status: int, headers: dict[str, str], answer: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(answer))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer[: len(answer) // 2] if cut else answer)
        if cut:
            self.close_connection = True

    def _error(self, status: int, code: str) -> None:
        answer = json.dumps({"errors": [{"code": code, "message": code.lower(), "detail": {}}]}).encode()
        self._send(status, {"Content-Type": "application/json"}, answer)

    def _answer(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(self.path)
        if parts.path.startswith("/storage/"):
            return self._storage(parts.path.removeprefix("/storage/"))
        if parts.path == "/token":
            return self._token(parse_qs(parts.query))
        if self.registry.challenge and (refusal := self._challenged(parts.path)):
            return refusal
        if self.registry.authorization and self.headers.get("Authorization") != self.registry.authorization:
            return self._refusal(401, "UNAUTHORIZED")
        match = _PATH.match(parts.path)
        if match is None:
            return self._refusal(404, "UNSUPPORTED")
        repository = self.registry.repositories.get(match["name"])
        if repository is None:
            return self._refusal(404, "NAME_UNKNOWN")
        if match["kind"] == "manifests":
            return self._manifest(repository, match["rest"], body)
        if match["kind"] == "blobs":
            return self._blob(repository, match["rest"])
        return self._upload(repository, match["name"], match["rest"], parse_qs(parts.query), body)

    def _challenged(self, path: str) -> tuple[int, dict[str, str], bytes] | None:
        """401 with what to do, unless it was done for this very repository."""
        match = _PATH.match(path)
        scope = f"repository:{match['name']}:pull" if match else ""
        if self.registry.challenge == "bearer":
            wanted = f'Bearer realm="http://{self.registry.host}/token",service="here",scope="{scope}"'
            done = self.headers.get("Authorization") == f"Bearer {_token_for(scope)}"
        else:
            wanted, done = 'Basic realm="here"', self._known()
        if done:
            return None
        status, headers, body = self._refusal(401, "UNAUTHORIZED")
        return status, headers | {"WWW-Authenticate": wanted}, body

    def _token(self, query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        if query.get("service") != ["here"] or (self.registry.users and not self._known()):
            return self._refusal(401, "UNAUTHORIZED")
        answer = {"token": _token_for(query["scope"][0])}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def _known(self) -> bool:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        name, _, password = base64.b64decode(secret).decode().partition(":") if kind == "Basic" else ("", "", "")
        return bool(name) and self.registry.users.get(name) == password

    def _blob(self, repository: Repository, digest: str) -> tuple[int, dict[str, str], bytes]:
        if self.command not in ("GET", "HEAD"):
            return self._refusal(405, "UNSUPPORTED")
        if digest not in repository.blobs:
            return self._refusal(404, "BLOB_UNKNOWN")
        if self.registry.redirects:
            return 307, {"Location": f"http://localhost:{self.registry.port}/storage/{digest}"}, b""
        return 200, {"Docker-Content-Digest": digest}, repository.blobs[digest]

    def _storage(self, digest: str) -> tuple[int, dict[str, str], bytes]:
        """As a presigned address behaves: for GET alone, and with one way of signing in at a time."""
        if self.command != "GET" or self.headers.get("Authorization"):
            return self._refusal(403, "DENIED")
        found = [r.blobs[digest] for r in self.registry.repositories.values() if digest in r.blobs]
        return (200, {}, found[0]) if found else self._refusal(404, "BLOB_UNKNOWN")

    def _upload(
        self, repository: Repository, name: str, upload: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if self.command == "POST" and not upload:
            begun = str(uuid.uuid4())
            repository.uploads.add(begun)
            return 202, {"Location": f"/v2/{name}/blobs/uploads/{begun}?state=opaque", "Range": "0-0"}, b""
        if self.command != "PUT" or upload not in repository.uploads or query.get("state") != ["opaque"]:
            return self._refusal(404, "BLOB_UPLOAD_UNKNOWN")
        digest = query.get("digest", [""])[0]
        if self.headers.get("Content-Type") != "application/octet-stream" or digest_of(body) != digest:
            return self._refusal(400, "DIGEST_INVALID")
        repository.uploads.remove(upload)
        repository.blobs[digest] = body
        return 201, {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest}, b""

    def _manifest(self, repository: Repository, reference: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.command == "PUT":
            return self._put_manifest(repository, reference, body)
        digest = repository.tags.get(reference, reference)
        media_type, raw = repository.manifests.get(digest, ("", b""))
        if time.monotonic() - self.registry.pushed.get(digest, 0.0) < self.registry.late:
            raw = b""
        if not raw or media_type not in self.headers.get("Accept", ""):
            return self._refusal(404, "MANIFEST_UNKNOWN")
        said = {"Docker-Content-Digest": digest} if self.registry.says_digest else {}
        return 200, {"Content-Type": media_type} | said, raw

    def _put_manifest(self, repository: Repository, reference: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        document = json.loads(body)
        if digest_of(body) != reference:
            return self._refusal(400, "DIGEST_INVALID")
        if self.headers.get("Content-Type") != document.get("mediaType"):
            return self._refusal(400, "MANIFEST_INVALID")
        for part in (document["config"], *document["layers"]):
            if len(repository.blobs.get(part["digest"], b"")) != part["size"]:
                return self._refusal(404, "MANIFEST_BLOB_UNKNOWN")
        repository.manifests[reference] = (document["mediaType"], body)
        self.registry.pushed.setdefault(reference, time.monotonic())
        return 201, {"Location": self.path, "Docker-Content-Digest": reference}, b""

    def _refusal(self, status: int, code: str) -> tuple[int, dict[str, str], bytes]:
        answer = {"errors": [{"code": code, "message": code.lower(), "detail": {}}]}
        return status, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def _token_for(scope: str) -> str:
    return f"a-token-for-{scope}"
