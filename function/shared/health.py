"""The health answer: what is deployed here. It touches no table, no bucket and no key set."""

import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version

from shared.api import Remaining
from shared.config import Config
from shared.http import Request, Response, json_response


def health_call(config: Config, libraries: Sequence[str]) -> Callable[[Request, Remaining], Response]:
    """A route's call that answers status, version, commit and the versions of `libraries`."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in libraries}}
    content = {"status": "ok", "version": config.version, "commit": config.commit, "libraries": versions}
    return lambda _request, _remaining: json_response(200, content)
