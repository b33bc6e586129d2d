"""A service's routes, and one event of API Gateway's through them."""

import base64
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from common.errors import BadRequestError, NotFoundError, ServiceError

log = logging.getLogger("psn")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """What a route sees: headers by their names in lower case, what stands in the braces of its path, the body."""

    headers: Mapping[str, str]
    path: Mapping[str, str]
    body: str

    def read(self, model: type[Model]) -> Model:
        """The body as ``model``. Raises BadRequestError, which names the fields that are wrong."""
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            fields = {".".join(map(str, each["loc"])) or "body" for each in error.errors()}
            raise BadRequestError(f"not understood: {', '.join(sorted(fields))}") from error


Answer = tuple[int, Mapping[str, Any]]
Route = Callable[[Request], Answer]


def serve(routes: Mapping[tuple[str, str], Route], event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to an event of API Gateway (REST, Lambda proxy). Routes are found by method and resource."""
    route = routes.get((event["httpMethod"], event["resource"]))
    try:
        if route is None:
            raise NotFoundError(f"there is no {event['httpMethod']} {event['path']}")
        status, answer = route(_request(event))
    except ServiceError as error:
        status, answer = error.status, {"error": str(error)}
    except Exception:
        log.exception("%s %s", event["httpMethod"], event["resource"])
        status, answer = 500, {"error": "this should not have happened"}
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(answer),
    }


def _request(event: Mapping[str, Any]) -> Request:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return Request(headers, event.get("pathParameters") or {}, body)
