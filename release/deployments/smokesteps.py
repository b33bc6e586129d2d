"""Taking one step of a smoke test: done once; what it waits for is looked at until its time is over."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from release.deployments import serving
from release.deployments.model import HttpRequest, HttpResponse, Stack, StackResource
from release.deployments.smokerules import Unfilled, fill, fill_all, judge
from release.deployments.target import Target
from release.releases.model import Release
from release.settings.reachable import SCHEDULES
from release.settings.smokestep import API_OUTPUT, CLIENT_OUTPUT, SmokeStep

_METHODS = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE", "download": "GET"}
#: What is wrong ("" when nothing is), and what the step gives to later ones.
Verdict = tuple[str, Mapping[str, str]]
#: Key -> fingerprint of the objects that were there before a test began; None where their name was not known yet.
Before = Mapping[str, str] | None


@dataclass(frozen=True)
class ApplicationUnderTest:
    """What was deployed, and where."""

    target: Target
    stack: Stack
    release: Release

    @functools.cached_property
    def resources(self) -> tuple[StackResource, ...]:
        """What the stack holds."""
        return self.target.cloud.resources(self.stack.name)

    def output(self, name: str) -> str:
        """An output of the stack. Raises Unfilled when it has none of that name."""
        if name not in self.stack.outputs:
            raise Unfilled(f"stack {self.stack.name} has no output {name}")
        return self.stack.outputs[name]

    def function(self, logical: str) -> tuple[str, str]:
        """A function's physical name and the alias that serves it, "" where it has none. Raises Unfilled."""
        names = serving.function_names(self.resources)
        if logical not in names:
            known = ", ".join(sorted(names)) or "none"
            raise Unfilled(f"stack {self.stack.name} has no function {logical}; it has {known}")
        recorded = self.release.record.functions.get(logical)
        return names[logical], recorded.alias if recorded else ""

    def schedule(self, logical: str) -> StackResource:
        """A rule or schedule. Raises Unfilled."""
        found = {each.logical_id: each for each in self.resources if each.type in SCHEDULES}
        if logical not in found:
            known = ", ".join(sorted(found)) or "none"
            raise Unfilled(f"stack {self.stack.name} has no schedule {logical}; it has {known}")
        return found[logical]


def look(step: SmokeStep, application: ApplicationUnderTest, values: Mapping[str, str]) -> Before:
    """What is there of the objects that ``step`` waits for, before the test's first step.

    Raises what the port raises: without the look, an object of yesterday would count.
    """
    if step.action != "object":
        return None
    try:
        return application.target.cloud.objects(*_bucket_and_key(fill(step.target, values)))
    except Unfilled:
        return None  # an earlier step gives the name, or the step itself will say what is wrong


def take(step: SmokeStep, application: ApplicationUnderTest, values: Mapping[str, str], before: Before) -> Verdict:
    """Take ``step``. Raises Unfilled, and what the ports raise."""
    asked = fill(step.target, values)
    if step.action in _METHODS:
        return judge(step, _http(step, asked, application, values), values)
    return _TAKES[step.action](step, asked, application, values, before)


def _http(step: SmokeStep, asked: str, application: ApplicationUnderTest, values: Mapping[str, str]) -> HttpResponse:
    cloud, headers = application.target.cloud, dict[str, str]()
    url = asked
    if step.action != "download":
        url = application.output(API_OUTPUT).rstrip("/") + "/" + asked.lstrip("/")
    if step.token:
        secret = application.target.environment.smoke_secret
        headers["Authorization"] = f"Bearer {cloud.token(application.output(CLIENT_OUTPUT), secret)}"
    for name, secret in step.secret_headers.items():
        headers[name] = cloud.secret(fill(secret, values))
    if not step.body:
        return cloud.http(HttpRequest(_METHODS[step.action], url, headers))
    body = json.dumps(fill_all(step.body, values)).encode()
    return cloud.http(HttpRequest(_METHODS[step.action], url, {"Content-Type": "application/json"} | headers, body))


def _invoke(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, values: Mapping[str, str], _before: Before
) -> Verdict:
    answer = application.target.cloud.invoke(*application.function(asked), _payload(step, values))
    return judge(step, HttpResponse(step.status, {}, answer), values)


def _invoke_async(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, values: Mapping[str, str], _before: Before
) -> Verdict:
    application.target.cloud.invoke_async(*application.function(asked), _payload(step, values))
    return "", {}


def _schedule(
    _step: SmokeStep, asked: str, application: ApplicationUnderTest, _values: Mapping[str, str], _before: Before
) -> Verdict:
    cloud = application.target.cloud
    call = cloud.scheduled(application.schedule(asked))
    cloud.invoke_async(call.function, "", call.payload)
    return "", {}


def _object(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, _values: Mapping[str, str], before: Before
) -> Verdict:
    bucket, key = _bucket_and_key(asked)

    def once() -> Verdict:
        there = application.target.cloud.objects(bucket, key)
        if not there:
            return f"{asked} is not there", {}
        if before is not None and not set(there.items()) - set(before.items()):
            return f"{asked} was not written since the test began", {}
        return "", {}

    return _within(step, application, once)


def _item(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, values: Mapping[str, str], _before: Before
) -> Verdict:
    key = fill_all(step.key, values)

    def once() -> Verdict:
        found = application.target.cloud.item(asked, key)
        if found is None:
            return f"the item {json.dumps(key)} is not there", {}
        return judge(step, HttpResponse(step.status, {}, json.dumps(found).encode()), values)

    return _within(step, application, once)


def _queue_empty(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, _values: Mapping[str, str], _before: Before
) -> Verdict:
    def once() -> Verdict:
        left = application.target.cloud.messages(asked)
        return (f"{left} message{'s are' if left > 1 else ' is'} in it", {}) if left else ("", {})

    return _within(step, application, once)


def _count_items(
    step: SmokeStep, asked: str, application: ApplicationUnderTest, _values: Mapping[str, str], _before: Before
) -> Verdict:
    return "", dict.fromkeys(step.save, str(application.target.cloud.count_items(asked)))


_TAKES = {
    "invoke": _invoke,
    "invoke-async": _invoke_async,
    "schedule": _schedule,
    "object": _object,
    "item": _item,
    "queue-empty": _queue_empty,
    "count-items": _count_items,
}


def _payload(step: SmokeStep, values: Mapping[str, str]) -> bytes:
    return json.dumps(fill_all(step.payload, values)).encode()


def _bucket_and_key(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket:
        raise Unfilled(f"{address} is no s3://bucket/key")
    return bucket, key


def _within(step: SmokeStep, application: ApplicationUnderTest, once: Callable[[], Verdict]) -> Verdict:
    """``once``, every second, until nothing is wrong or the time is over."""
    problem, saved = once()
    for _ in range(step.within):
        if not problem:
            break
        application.target.clock.sleep(1)
        problem, saved = once()
    return (f"{problem}, {step.within} s later" if problem and step.within else problem), saved
