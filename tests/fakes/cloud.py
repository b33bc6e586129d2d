"""A tiny model of CloudFormation, Lambda and the API in front of it.

The template decides, as in AWS: a JSON document with ``Parameters`` (sam leaves out what it does not know; the stack
keeps the value of one that is not given) and ``Functions`` (stack output -> the parameter that holds its image). Each
deployment publishes a version of every function and moves its alias; a deployment that fails is rolled back;
CloudFormation goes on when the caller dies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from release.deployments.model import HttpRequest, HttpResponse, LiveFunction, Stack, StackRequest
from release.deployments.ports import Cloud
from release.errors import NotFoundError, ReleaseError, RemoteError
from tests.fakes.clock import FakeClock
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry

#: What sam deploy goes on from; a stack under review is one whose first change set was never executed.
_AT_REST = ("REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


@dataclass(frozen=True)
class Published:
    """A published version of a function: what it was deployed as, and when it can serve."""

    number: int
    digest: str
    version: str
    commit: str
    ready: datetime


@dataclass
class Account:
    """One stack. ``ends`` is when the running change is over, ``then`` what it comes to."""

    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    template: bytes = b""
    functions: dict[str, Published] = field(default_factory=dict)
    reason: str = ""
    ends: datetime | None = None
    then: Callable[[], None] = lambda: None


def _effective(request: StackRequest, account: Account) -> dict[str, str]:
    """What CloudFormation makes of the parameters that ``sam deploy`` hands over ("UsePreviousValue")."""
    found = {}
    for name, rule in json.loads(request.template)["Parameters"].items():
        value = request.parameters.get(name, account.parameters.get(name, rule.get("Default")))
        if value is None:
            raise RemoteError(f"Parameters: [{name}] must have values")
        found[name] = value
    return found


App = Callable[["FakeCloud", str, HttpRequest], HttpResponse]


class FakeCloud(Cloud):
    """Attributes:
    accounts: stack name -> what it is.
    update_fails: release versions whose update fails and is rolled back.
    rollback_fails: release versions whose update fails and cannot be rolled back.
    sick: release versions whose health check answers 500.
    fates: image digest -> (State, LastUpdateStatus, reason) of a function that runs it.
    pending: seconds that a published version is Pending.
    alias_sticks: the alias stays where it was.
    lose_answers: so many deployments succeed without their answer arriving.
    app: answers HTTP requests.
    """

    def __init__(self, journal: Journal, clock: FakeClock, registry: FakeRegistry) -> None:
        self.journal, self.clock, self.registry = journal, clock, registry
        self.accounts: dict[str, Account] = {}
        self.update_fails: set[str] = set()
        self.rollback_fails: set[str] = set()
        self.sick: set[str] = set()
        self.fates: dict[str, tuple[str, str, str]] = {}
        self.pending = 0.0
        self.alias_sticks = False
        self.lose_answers = 0
        self.members = 1228
        self.users = {"app/staging/smoke-user": "good-token"}
        self.app: App = health_app

    def stack(self, name: str) -> Stack | None:
        account = self._account(name)
        if account is None:
            return None
        outputs = {output: f"{name}-{output}" for output in account.functions}
        outputs |= {"ApiUrl": f"https://{name}.test/live", "UserPoolClientId": f"{name}-client"}
        outputs |= {"MembersTableName": f"{name}-members"}
        return Stack(name, account.status, account.parameters, outputs, account.reason)

    def deploy(self, request: StackRequest) -> None:
        account = self._account(request.name)
        if account is None:
            account = self.accounts[request.name] = Account("REVIEW_IN_PROGRESS")
        elif account.status not in _AT_REST:
            raise RemoteError(f"stack {request.name} is in {account.status} and can not be updated")
        request = replace(request, parameters=_effective(request, account))
        if (account.template, account.parameters) == (request.template, request.parameters):
            return
        self.journal.point(f"before deploy {request.name}")
        self._begin(request, account)
        self.journal.point(f"while CloudFormation changes {request.name}")
        self.clock.sleep(60)
        self._account(request.name)
        if account.parameters != request.parameters:
            raise RemoteError(f"sam deploy of stack {request.name} failed: {account.reason}", next_step="its events")
        self.journal.point(f"after deploy {request.name}")
        if self.lose_answers:
            self.lose_answers -= 1
            raise RemoteError(f"sam deploy of stack {request.name} failed: connection reset")

    def somebody_changes(self, name: str, seconds: float) -> None:
        """Another change of the stack begins; it ends ``seconds`` later."""
        account = self.accounts[name]
        account.status, account.ends = "UPDATE_IN_PROGRESS", self.clock.now() + timedelta(seconds=seconds)
        account.then = lambda: setattr(account, "status", "UPDATE_COMPLETE")

    def live(self, function: str, alias: str) -> LiveFunction | None:
        published = self._published(function)
        if published is None or alias != "live":
            return None
        waiting = published.ready > self.clock.now()
        default = ("Pending", "InProgress", "") if waiting else ("Active", "Successful", "")
        state, update, reason = self.fates.get(published.digest, default)
        return LiveFunction(function, str(published.number), published.digest, state, update, reason)

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        json.loads(payload)
        published = self._published(function)
        if published is None or alias != "live":
            raise RemoteError(f"function {function} is not there")
        return json.dumps({"version": published.version}).encode()

    def http(self, request: HttpRequest) -> HttpResponse:
        name = (urlsplit(request.url).hostname or "").removesuffix(".test")
        if self._account(name) is None:
            raise RemoteError(f"{request.method} {request.url} got no answer: unknown host")
        self.journal.point(f"while asking {request.method} {request.url}")
        return self.app(self, name, request)

    def count_items(self, table: str) -> int:
        if self._account(table.removesuffix("-members")) is None:
            raise RemoteError(f"table {table} is not there")
        return self.members

    def token(self, client_id: str, secret: str) -> str:
        if secret not in self.users or self._account(client_id.removesuffix("-client")) is None:
            raise NotFoundError("no smoke user is configured", next_step="name its secret in release.toml")
        return self.users[secret]

    def _begin(self, request: StackRequest, account: Account) -> None:
        creates = account.status == "REVIEW_IN_PROGRESS"
        version = request.parameters["ReleaseVersion"]

        def succeed() -> None:
            account.functions = self._publish(request, account)
            account.template, account.parameters = request.template, dict(request.parameters)
            account.status, account.reason = "CREATE_COMPLETE" if creates else "UPDATE_COMPLETE", ""

        def fail() -> None:
            stuck = version in self.rollback_fails
            account.status = "ROLLBACK_COMPLETE" if creates else "UPDATE_ROLLBACK_COMPLETE"
            account.status = "UPDATE_ROLLBACK_FAILED" if stuck else account.status
            account.reason = "the function could not be created"

        fails = version in self.update_fails | self.rollback_fails or not self._can_pull(request)
        account.then = fail if fails else succeed
        account.status = "CREATE_IN_PROGRESS" if creates else "UPDATE_IN_PROGRESS"
        account.ends = self.clock.now() + timedelta(seconds=60)

    def _can_pull(self, request: StackRequest) -> bool:
        """Lambda pulls each image when the function is made: by digest, from the repository, no index."""
        for parameter in json.loads(request.template)["Functions"].values():
            repository, _, digest = request.parameters[parameter].partition("/")[2].partition("@")
            assert digest, "deployed by tag"
            try:
                self.registry.manifest(repository, digest)
            except ReleaseError:
                return False
        return True

    def _publish(self, request: StackRequest, account: Account) -> dict[str, Published]:
        ready = self.clock.now() + timedelta(seconds=self.pending)
        published = {}
        for output, parameter in json.loads(request.template)["Functions"].items():
            before = account.functions.get(output)
            if before and self.alias_sticks:
                published[output] = before
                continue
            digest = request.parameters[parameter].partition("@")[2]
            version, commit = request.parameters["ReleaseVersion"], request.parameters["GitSha"]
            published[output] = Published(before.number + 1 if before else 1, digest, version, commit, ready)
        return published

    def _account(self, name: str) -> Account | None:
        account = self.accounts.get(name)
        if account and account.ends and account.ends <= self.clock.now():
            account.ends = None
            account.then()
        return account

    def _published(self, function: str) -> Published | None:
        for name in self.accounts:
            account = self._account(name)
            if account and function.startswith(name + "-"):
                return account.functions.get(function.removeprefix(name + "-"))
        return None


def health_app(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
    """The functions of this repository, as far as smoke tests see them: health tells what was deployed."""
    path = urlsplit(request.url).path.removeprefix("/live")
    functions = cloud.accounts[stack].functions
    served = functions.get("ReportFunctionName" if path == "/report/health" else "ExportFunctionName")
    if served is None:
        return _answer(502, {"message": "Internal server error"})
    if path in ("/health", "/report/health"):
        if served.version in cloud.sick:
            return _answer(500, {"message": "Internal Server Error"})
        return _answer(200, {"status": "ok", "version": served.version, "commit": served.commit})
    if request.headers.get("Authorization") != "Bearer good-token":
        return _answer(401, {"message": "no token"})
    return _answer(200, {"record_count": cloud.members})


def _answer(status: int, body: object) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())
