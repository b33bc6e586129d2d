"""What starts the functions of a template: routes that look like health checks, schedules, everything else.

Source: AWS SAM specification, "EventSource". What is computed is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.completion.apiaddress import API_EVENTS
from release.completion.apiaddress import events as events_of
from release.completion.builds import merged
from release.settings import cfn
from release.settings.functions import FUNCTION_TYPES, references

#: The last part of a path that people give to a check of health.
_HEALTH = re.compile(
    r"health(?:z|[-_]?check)?|ping|status|ready|readyz|readiness|live|livez|liveness|heartbeat", re.IGNORECASE
)
#: "any" as SAM writes it, and as OpenAPI does.
_GETS = ("get", "any", "x-amazon-apigateway-any-method")
_SCHEDULES = ("Schedule", "ScheduleV2")


@dataclass(frozen=True)
class Route:
    """A path that looks like a health check.

    Attributes:
        api: the logical id of the API that has it; "" when it is computed.
        guarded: why a request without credentials gets no answer; "" when nothing says so.
    """

    path: str
    function: str
    api: str
    guarded: str = ""


@dataclass(frozen=True)
class TimedEvent:
    """A schedule. ``logical_id``: as ``schedule`` of a smoke step names it."""

    logical_id: str
    function: str
    when: str


@dataclass(frozen=True)
class Starts:
    """What starts the functions: health routes, schedules, and other kinds of events by function.

    Attributes:
        pages: function -> the first path that it answers a GET of, whose address is known.
    """

    health: tuple[Route, ...]
    schedules: tuple[TimedEvent, ...]
    others: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, str]


def starts(template: Mapping[str, Any]) -> Starts:
    """What starts the functions of ``template``, as :func:`cfn.load` reads it."""
    health: list[Route] = []
    schedules: list[TimedEvent] = []
    others: dict[str, tuple[str, ...]] = {}
    pages: dict[str, str] = {}
    for function, resource in cfn.resources(template).items():
        if resource["Type"] not in FUNCTION_TYPES:
            continue
        kinds = []
        for name, kind, own in events_of(resource):
            route = _route(template, function, kind, own) if kind in API_EVENTS else None
            if route:
                health.append(route)
            elif kind in _SCHEDULES:
                when = own.get("Schedule", own.get("ScheduleExpression"))
                schedules.append(TimedEvent(f"{function}{name}", function, when if isinstance(when, str) else ""))
            else:
                kinds.append(kind)
            if kind in API_EVENTS and (page := _page(kind, own)):
                pages.setdefault(function, page)
        others[function] = tuple(dict.fromkeys(kinds))
    return Starts(tuple(dict.fromkeys(health)), tuple(schedules), others, pages)


def _route(template: Mapping[str, Any], function: str, kind: str, own: Mapping[str, Any]) -> Route | None:
    path, method = own.get("Path"), own.get("Method")
    if not isinstance(path, str) or "{" in path or str(method).lower() not in _GETS:
        return None
    if not _HEALTH.fullmatch(path.rstrip("/").rpartition("/")[2]):
        return None
    key, implicit = API_EVENTS[kind]
    named = [implicit] if key not in own else sorted(references(own[key]))
    api = named[0] if len(named) == 1 else ""
    return Route(path, function, api, _guarded(template, kind, api, own))


def _page(kind: str, own: Mapping[str, Any]) -> str:
    """The path of a GET that ``own`` takes; of one that takes every path, its first part; "" where it is computed."""
    path = own.get("Path", "/" if kind == "HttpApi" else None)  # an HTTP API's event without a path takes every one
    if not isinstance(path, str) or str(own.get("Method", "any")).lower() not in _GETS:
        return ""
    path = re.sub(r"\{[^{}]*\+\}\Z", "", path)
    return "" if "{" in path or path.startswith("$") else path


def _guarded(template: Mapping[str, Any], kind: str, api: str, own: Mapping[str, Any]) -> str:
    auth = merged(own.get("Auth"))
    if auth.get("Authorizer") == "NONE":
        return ""
    if auth:
        return "its Auth asks for credentials"
    resource = cfn.resources(template).get(api, {})
    shared = merged(merged(template.get("Globals")).get(kind)).get("Auth")
    everywhere = merged(merged(shared) | merged(cfn.properties(resource).get("Auth")))
    if everywhere.get("DefaultAuthorizer") or everywhere.get("ApiKeyRequired") or "ResourcePolicy" in everywhere:
        return f"the Auth of {api or 'its API'} asks for credentials"
    return ""


def of_output(template: Mapping[str, Any], output: str) -> frozenset[str] | None:
    """The logical ids that the template's output ``output`` refers to; None where there is no such output."""
    outputs = merged(template.get("Outputs"))
    return frozenset(references(merged(outputs[output]).get("Value"))) if output in outputs else None
