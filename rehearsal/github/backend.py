"""What GitHub and STS answer to a running job, on a loopback port: the stand-ins of the actions ask here.

=====================  ===============================================================================================
``GET /enter``         the job's first question: its turn in its concurrency group, and a person's approval
``GET /token``         an OIDC token, when the job has ``id-token: write``; with ``audience``
``GET /assume``        credentials of ``role``, when its trust policy in pipeline.yaml names the token's subject
``GET /granted``       the level that the job's token has in ``scope``
=====================  ===============================================================================================

Each with ``job``, and the bearer token that the driver made for the run. Answers are JSON; a refusal is
``{"error": …}`` with status 403.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rehearsal.github.concurrency import Lanes
from rehearsal.github.startup import PlannedJob
from rehearsal.github.trust import ISSUER, Role

_QUEUE_SECONDS = 900.0

Answer = Mapping[str, Any]


class Denied(Exception):  # noqa: N818 - an answer, not a failure of the rehearsal
    """The job does not get what it asks for."""


@dataclass
class Backend:
    """One run's answers.

    Args:
        run: the run's name, unique among the runs that share ``lanes``.
        roles: by ARN.
        approve: asked for each job of an environment with reviewers; returns whether they approve.
        credentials: what a role's session is, in the emulated AWS.
    """

    run: str
    jobs: Mapping[str, PlannedJob]
    roles: Mapping[str, Role]
    lanes: Lanes
    approve: Callable[[PlannedJob], bool]
    credentials: Mapping[str, str]
    bearer: str = field(default_factory=lambda: secrets.token_hex(16))
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def answer(self, question: str, query: Mapping[str, str]) -> Answer:
        """The answer to one question. Raises Denied."""
        job = self.jobs.get(query.get("job", ""))
        if job is None:
            raise Denied(f"this run has no job {query.get('job')!r}")
        answers: dict[str, Callable[[PlannedJob, Mapping[str, str]], Answer]] = {
            "enter": self._enter,
            "token": self._token,
            "assume": self._assume,
            "granted": lambda job, query: {"level": job.permissions.get(query.get("scope", ""), "none")},
        }
        if question not in answers:
            raise Denied(f"there is no answer to {question!r}")
        result = answers[question](job, query)
        self.asked.append((job.key, question, query.get("role", query.get("scope", ""))))
        return result

    def ended(self, key: str) -> None:
        """The job ``key`` has ended: the next in its concurrency group starts."""
        self.lanes.leave(f"{self.run} {key}")

    def _enter(self, job: PlannedJob, _query: Mapping[str, str]) -> Answer:
        if job.group and not self.lanes.enter(job.group, f"{self.run} {job.key}", timeout=_QUEUE_SECONDS):
            raise Denied(f"cancelled: a newer run took the place in the queue of {job.group.name}")
        if job.reviewers and not self.approve(job):
            raise Denied(f"rejected by the reviewers of {job.environment}")
        return {"environment": job.environment}

    def _token(self, job: PlannedJob, query: Mapping[str, str]) -> Answer:
        if job.permissions["id-token"] != "write":
            raise Denied("the job has no id-token: write, so GitHub gives it no OIDC token")
        claims = {**job.claims, "iss": f"https://{ISSUER}", "aud": query.get("audience", ""), "sub": job.subject}
        return {"value": f"{_encode({'alg': 'none', 'typ': 'JWT'})}.{_encode(claims)}."}

    def _assume(self, job: PlannedJob, query: Mapping[str, str]) -> Answer:
        try:
            payload = query["token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (KeyError, IndexError, ValueError) as error:
            raise Denied("InvalidIdentityToken: no OIDC token") from error
        role = self.roles.get(query.get("role", ""))
        if role is None:
            raise Denied(f"AccessDenied: there is no role {query.get('role')!r} that trusts GitHub")
        reason = role.refusal(claims) if claims["sub"] == job.subject else "another job's token"
        if reason:
            raise Denied(f"AccessDenied: not authorized to perform sts:AssumeRoleWithWebIdentity: {reason}")
        return {"credentials": dict(self.credentials)}


@contextmanager
def serving(backend: Backend) -> Iterator[str]:
    """Serve ``backend`` on a free loopback port, and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(backend))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(backend: Backend) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            try:
                if self.headers.get("Authorization", "").lower() != f"bearer {backend.bearer}":
                    raise Denied("not this run's token")
                status, answer = 200, backend.answer(parts.path.strip("/"), dict(parse_qsl(parts.query)))
            except Denied as refusal:
                status, answer = 403, {"error": str(refusal)}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the run's log has what a stand-in printed."""

    return Handler


def _encode(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
