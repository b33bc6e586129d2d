"""Functions whose name begins with ``url``, as the stack ``url-shortener`` makes them.

The emulator tells requests about a function's URL (``/functions/<name>/url``) by ``/url`` anywhere in the path, so it
takes every request about such a function for one. By its ARN, which Lambda takes in the place of a name, it is told
apart.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from .parts import module, take

Handler = Callable[..., Awaitable[Any]]
_PATH = re.compile(r"(?P<start>/[0-9-]+/functions/)(?P<name>url[^/]*)(?P<rest>/.*)?")


def install() -> None:
    """Have each such path name the function by its ARN."""
    take(module("services.lambda_svc"), "handle_request", "method path headers body query_params", _named)


def _named(inner: Handler) -> Handler:
    async def handle(method: str, path: str, *more: Any) -> Any:
        responses = module("core.responses")
        return await inner(method, by_arn(path, responses.get_region(), responses.get_account_id()), *more)

    return handle


def by_arn(path: str, region: str, account: str) -> str:
    """The path with the function's ARN in it where its name would be misread; else as it is."""
    found = _PATH.fullmatch(path)
    if found is None:
        return path
    return f"{found['start']}arn:aws:lambda:{region}:{account}:function:{found['name']}{found['rest'] or ''}"
