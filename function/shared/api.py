"""One function's routes: from an event to an answer, with authorisation, audit log and error bodies on the way.

The order for a request: known path, OPTIONS, known method, token, group, audit line, action. A direct invocation
(`{"action": "generate"}`) carries no token: whoever may invoke the function was judged by IAM.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.errors import ApiError, ForbiddenError, MethodNotAllowedError, NotFoundError
from shared.http import Request, Response, cors_headers, is_http, json_response, request_from, to_gateway
from shared.logs import audit
from shared.metrics import Metrics
from shared.principals import Principal


class LambdaContext(Protocol):
    """The part of Lambda's context object that is used."""

    @property
    def aws_request_id(self) -> str: ...

    def get_remaining_time_in_millis(self) -> int: ...


class TokenVerifier(Protocol):
    """Who calls, by the request's Authorization header."""

    def principal(self, authorization: str | None) -> Principal: ...


Remaining = Callable[[], float]
"""Answers the seconds left before Lambda ends the run."""


@dataclass(frozen=True)
class Route:
    """One operation. `groups` is None for an operation that needs no token."""

    method: str
    path: str
    action: str
    groups: frozenset[str] | None
    call: Callable[[Request, Remaining], Response]


@dataclass(frozen=True)
class DirectAction:
    """An operation for direct invocations; `call` answers what the invoker gets."""

    name: str
    call: Callable[[Remaining], Mapping[str, Any]]


class UnknownActionError(Exception):
    """A direct invocation that names no known action; the invoker sees a function error."""


class DirectCallError(Exception):
    """A direct invocation failed unexpectedly; the invoker sees a function error."""


class Api:
    """Lambda's handler for one function: call it with an event and a context."""

    def __init__(
        self,
        routes: Sequence[Route],
        actions: Sequence[DirectAction],
        verifier: TokenVerifier,
        *,
        allowed_origin: str,
        log: logging.Logger,
        metrics: Metrics,
    ) -> None:
        self._routes = routes
        self._actions = {action.name: action for action in actions}
        self._verifier = verifier
        self._allowed_origin = allowed_origin
        self._log = log
        self._metrics = metrics

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        self._metrics.called()
        if not is_http(event):
            return self._direct(event, context)
        request = request_from(event)
        routes = self._routes_of(request)
        methods = ", ".join(sorted({route.method for route in routes} | {"OPTIONS"}))
        return to_gateway(self._answer(request, routes, methods, context), cors_headers(self._allowed_origin, methods))

    def _routes_of(self, request: Request) -> list[Route]:
        return [route for route in self._routes if route.path in (request.resource, request.path)]

    def _answer(self, request: Request, routes: Sequence[Route], methods: str, context: LambdaContext) -> Response:
        try:
            if not routes:
                raise NotFoundError("There is nothing at this path.")
            if request.method == "OPTIONS":
                return Response(204)
            route = next((route for route in routes if route.method == request.method), None)
            if route is None:
                raise MethodNotAllowedError(f"This path takes {methods}.", headers={"Allow": methods})
            self._authorise(route, request, context)
            return route.call(request, _remaining(context))
        except ApiError as error:
            if error.status >= 500:
                self._log.error(error.message, exc_info=True, extra=_ids(context, request))
            body = {"error": error.code, "message": error.message, **error.details}
            return json_response(error.status, body, error.headers)
        except Exception:  # the last line before API Gateway's own bare 502 without CORS headers
            self._log.exception("unexpected error", extra=_ids(context, request))
            return json_response(
                500,
                {
                    "error": "internal_error",
                    "message": "Something went wrong here; the log has it under this request id.",
                    "request_id": context.aws_request_id,
                },
            )

    def _authorise(self, route: Route, request: Request, context: LambdaContext) -> None:
        if route.groups is None:
            return
        principal = self._verifier.principal(request.header("authorization"))
        try:
            role = principal.role_among(route.groups)
        except ForbiddenError:
            self._audit("denied", principal.subject, None, route.action, context, request)
            raise
        self._audit("allowed", principal.subject, role, route.action, context, request)

    def _direct(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        action = self._actions.get(str(event.get("action")))
        if action is None:
            raise UnknownActionError(f'the event must hold "action": one of {", ".join(sorted(self._actions))}')
        self._audit("allowed", "iam", "iam", action.name, context, None)
        try:
            return dict(action.call(_remaining(context)))
        except ApiError as error:
            self._log.exception(error.message, extra=_ids(context, None))
            raise
        except Exception:
            self._log.exception("unexpected error", extra=_ids(context, None))
            # Lambda's runtime prints an error's message to the log: a library's message may quote a member's data
            raise DirectCallError(f"{action.name} failed; the log says why under {context.aws_request_id}") from None

    def _audit(
        self, outcome: str, who: str, role: str | None, action: str, context: LambdaContext, request: Request | None
    ) -> None:
        ids = _ids(context, request)["data"]
        audit(self._log, {"outcome": outcome, "who": who, "role": role, "action": action, **ids})


def _remaining(context: LambdaContext) -> Remaining:
    return lambda: context.get_remaining_time_in_millis() / 1000


def _ids(context: LambdaContext, request: Request | None) -> dict[str, dict[str, str]]:
    ids = {"request_id": context.aws_request_id}
    if request is not None:
        ids["api_request_id"] = request.api_request_id
    return {"data": ids}
