"""A tiny model of CloudFormation, Lambda and the API in front of it.

The template decides, as in AWS (:mod:`tests.fakes.template`): sam leaves out parameters that it does not know, and the
stack keeps the value of one that is not given. A deployment publishes a version of each function whose ImageUri has
become another, and moves its alias there; what somebody did to an alias by hand it does not see. A deployment that
fails is rolled back; CloudFormation goes on when the caller dies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from release.deployments.model import HttpRequest, HttpResponse, LiveFunction, Stack, StackRequest, StackResource
from release.deployments.ports import Cloud
from release.errors import MachineError, NotFoundError, ReleaseError, RemoteError
from tests.fakes.account import REGION, Account, Function, Published, text
from tests.fakes.application import FakeApplication
from tests.fakes.clock import FakeClock
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry

#: What sam deploy goes on from; a stack under review is one whose first change set was never executed.
_AT_REST = (
    "REVIEW_IN_PROGRESS",
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)

App = Callable[["FakeCloud", str, HttpRequest], HttpResponse]


class FakeCloud(FakeApplication, Cloud):
    """Attributes:
    accounts: stack name -> what it is.
    update_fails: release versions whose update fails and is rolled back.
    rollback_fails: release versions whose update fails and cannot be rolled back.
    sick: release versions whose health check answers 500.
    fates: image digest -> (State, LastUpdateStatus, reason) of a function that runs it.
    asleep: functions that are Inactive until they are invoked; Lambda rejects that first call.
    dead: functions that become Inactive again.
    pending: seconds that a published or woken version is Pending.
    alias_sticks: no version is published, and the alias stays where it was.
    lose_answers: so many deployments succeed without their answer arriving.
    credentials_end: so many deployments go on without us, because our credentials ended.
    app: answers HTTP requests.
    """

    def __init__(self, journal: Journal, clock: FakeClock, registry: FakeRegistry) -> None:
        super().__init__(clock)
        self.journal, self.registry = journal, registry
        self.accounts: dict[str, Account] = {}
        self.update_fails: set[str] = set()
        self.rollback_fails: set[str] = set()
        self.sick: set[str] = set()
        self.fates: dict[str, tuple[str, str, str]] = {}
        self.asleep: set[str] = set()
        self.dead: set[str] = set()
        self.pending = 0.0
        self.alias_sticks = False
        self.lose_answers = 0
        self.credentials_end = 0
        self.members = 1228
        self.users = {"app/staging/smoke-user": "good-token"}
        self.app: App = health_app

    def stack(self, name: str) -> Stack | None:
        self.journal.meanwhile()
        self.journal.ask()
        account = self._account(name)
        if account is None:
            return None
        outputs, reason = account.outputs, account.reason
        return Stack(name, account.status, account.parameters, outputs, REGION, reason, account.protected)

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        self.journal.ask()
        account = self._account(stack)
        if account is None:
            raise RemoteError(f"AWS refused for stack {stack}: it does not exist")
        return account.resources

    def deploy(self, request: StackRequest) -> None:
        account = self._account(request.name)
        if account is None:
            account = self.accounts[request.name] = Account(request.name, "REVIEW_IN_PROGRESS")
        elif account.status not in _AT_REST:
            raise _failed(request, f"stack {request.name} is in {account.status} state and can not be updated")
        request = replace(request, parameters=account.effective(request))
        if (account.template, account.parameters) == (text(request), request.parameters):
            return
        self.journal.point(f"before deploy {request.name}")
        if account.status not in _AT_REST:
            raise _failed(request, f"somebody else was faster: it is in {account.status} state")
        self._begin(request, account)
        self.journal.point(f"while CloudFormation changes {request.name}")
        if self.credentials_end:
            self.credentials_end -= 1
            raise MachineError("the AWS credentials ended", next_step="aws sso login")
        self.clock.sleep(60)
        self._account(request.name)
        if account.parameters != request.parameters:
            raise _failed(request, account.reason)
        self.journal.point(f"after deploy {request.name}")
        if self.lose_answers:
            self.lose_answers -= 1
            raise _failed(request, "connection reset")

    def live(self, function: str, alias: str) -> LiveFunction | None:
        self.journal.meanwhile()
        self.journal.ask()
        found = self._function(function)
        if found is None or not found.has(alias):
            return None
        number, weights = found.aliases[alias] if alias else ("$LATEST", {})
        state, update, reason = self._state(found, found.behind(alias))
        return LiveFunction(function, str(number), found.behind(alias).digest, state, update, reason, dict(weights))

    def move_alias(self, function: str, alias: str, version: str) -> None:
        found = self._function(function)
        if found is None or int(version) not in found.versions:
            raise RemoteError(f"AWS refused for alias {alias} of function {function}: it is not there")
        with self.journal.change(f"move alias {alias} of {function} to {version}"):
            found.aliases[alias] = (int(version), {})

    def set_image(self, function: str, uri: str) -> None:
        found = self._function(function)
        if found is None or found.latest is None or not self._can_pull(uri):
            raise RemoteError(f"AWS refused for function {function}: it is not there, or its image is not")
        with self.journal.change(f"set {function} to {uri.partition('@')[2][:19]}"):
            ready = self.clock.now() + timedelta(seconds=self.pending)
            found.latest = replace(found.latest, image=uri, ready=ready)

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        json.loads(payload)
        found = self._function(function)
        if found is None or not found.has(alias):
            raise RemoteError(f"AWS refused for function {function}: it is not there")
        if self._state(found, found.behind(alias))[0] != "Active":
            if function in self.asleep and found.wakes is None:
                found.wakes = self.clock.now() + timedelta(seconds=self.pending)
            raise RemoteError(f"AWS refused for function {function}: it is not ready to be invoked")
        return json.dumps({"version": found.behind(alias).version}).encode()

    def invoke_async(self, function: str, alias: str, payload: bytes) -> None:
        name, _, qualifier = function.rpartition(":function:")[2].partition(":")
        found = self._function(name)
        if found is None or not found.has(alias or qualifier):
            raise RemoteError(f"AWS refused for function {function}: it is not there")
        with self.journal.change(f"hand an event to {name}"):
            self.hand(name, payload)

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
        if not secret:
            step = "name its secret in release.toml: environments.<name>.smoke-secret"
            raise NotFoundError("no smoke user is configured", next_step=step)
        if secret not in self.users or self._account(client_id.removesuffix("-client")) is None:
            raise RemoteError(f"AWS refused for the smoke user of {secret}: it is not there")
        return self.users[secret]

    def somebody_changes(self, name: str, seconds: float) -> None:
        """Another change of the stack begins; it ends ``seconds`` later."""
        account = self.accounts[name]
        account.status, account.ends = "UPDATE_IN_PROGRESS", self.clock.now() + timedelta(seconds=seconds)
        account.then = lambda: setattr(account, "status", "UPDATE_COMPLETE")

    def served(self, stack: str) -> Mapping[str, Published]:
        """Logical id -> what the alias sends (most) calls to; ``$LATEST`` where the template gives none."""
        functions = self.accounts[stack].functions
        return {logical: each.behind(each.called_by) for logical, each in functions.items() if each.has(each.called_by)}

    def by_hand(self, stack: str, logical: str, version: int, weights: Mapping[str, float] | None = None) -> None:
        """Somebody points the alias elsewhere, or splits its traffic. CloudFormation sees none of it."""
        function = self.accounts[stack].functions[logical]
        assert version in function.versions
        function.aliases["live"] = (version, weights or {})

    def image_by_hand(self, stack: str, logical: str, uri: str) -> None:
        """Somebody has ``$LATEST`` run another image. CloudFormation does not see it."""
        function = self.accounts[stack].functions[logical]
        assert function.latest is not None
        function.latest = replace(function.latest, image=uri)

    def _begin(self, request: StackRequest, account: Account) -> None:
        creates = account.status == "REVIEW_IN_PROGRESS"
        version = request.parameters["ReleaseVersion"]

        def succeed() -> None:
            ready = self.clock.now() + timedelta(seconds=self.pending)
            account.publish(request, ready, sticks=self.alias_sticks)
            account.status, account.reason = "CREATE_COMPLETE" if creates else "UPDATE_COMPLETE", ""

        def fail() -> None:
            stuck = version in self.rollback_fails
            account.status = "ROLLBACK_COMPLETE" if creates else "UPDATE_ROLLBACK_COMPLETE"
            account.status = "UPDATE_ROLLBACK_FAILED" if stuck else account.status
            account.reason = "the function could not be created"

        fails = version in self.update_fails | self.rollback_fails
        fails = fails or not all(self._can_pull(image) for image in account.images(request))
        account.then = fail if fails else succeed
        account.status = "CREATE_IN_PROGRESS" if creates else "UPDATE_IN_PROGRESS"
        account.ends = self.clock.now() + timedelta(seconds=60)

    def _can_pull(self, image: str) -> bool:
        """Lambda pulls an image when the function is made: by digest, from the repository, no index."""
        repository, _, digest = image.partition("/")[2].partition("@")
        assert digest, "deployed by tag"
        try:
            self.registry.pulled(repository, digest)
        except ReleaseError:
            return False
        return True

    def _state(self, function: Function, published: Published) -> tuple[str, str, str]:
        now = self.clock.now()
        if function.name in self.asleep:
            if function.wakes is None:
                return "Inactive", "Successful", "The function was idle"
            if function.wakes > now:
                return "Pending", "Successful", "The function is being restored"
            if function.name in self.dead:
                return "Inactive", "Successful", "No address is free in the subnet"
        if published.ready > now:
            return self.fates.get(published.digest, ("Pending", "InProgress", ""))
        return self.fates.get(published.digest, ("Active", "Successful", ""))

    def _account(self, name: str) -> Account | None:
        account = self.accounts.get(name)
        if account and account.ends and account.ends <= self.clock.now():
            account.ends = None
            account.then()
        return self.accounts.get(name)

    def _function(self, name: str) -> Function | None:
        for stack in self.accounts:
            account = self._account(stack)
            for function in account.functions.values() if account else ():
                if function.name == name:
                    return function
        return None


def _failed(request: StackRequest, why: str) -> RemoteError:
    look = f"aws cloudformation describe-stack-events --stack-name {request.name} --region {REGION}"
    return RemoteError(f"sam deploy of stack {request.name} failed: {why}", next_step=look)


def health_app(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
    """The functions of this repository, as far as smoke tests see them: health tells what was deployed."""
    path = urlsplit(request.url).path.removeprefix("/live")
    logical = "ReportFunction" if path == "/report/health" else "ExportFunction"
    function = cloud.accounts[stack].functions.get(logical)
    live = cloud.live(function.name, function.called_by) if function else None
    if live is None or live.state != "Active":
        return _answer(502, {"message": "Internal server error"})
    served = cloud.served(stack)[logical]
    if path in ("/health", "/report/health"):
        if served.version in cloud.sick:
            return _answer(500, {"message": "Internal Server Error"})
        return _answer(200, {"status": "ok", "version": served.version, "commit": served.commit})
    if request.headers.get("Authorization") != "Bearer good-token":
        return _answer(401, {"message": "no token"})
    return _answer(200, {"record_count": cloud.members})


def _answer(status: int, body: object) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())
