"""The health answer: what is deployed here. It touches no table, no bucket and no key set."""

import sys
from collections.abc import Callable, Sequence

from shared.api import Remaining
from shared.config import Config
from shared.http import Request, Response, json_response


def health_call(config: Config, libraries: Sequence[str]) -> Callable[[Request, Remaining], Response]:
    """A route's call that answers status, version, commit and the versions of `libraries`."""

    def health(_request: Request, _remaining: Remaining) -> Response:
        from importlib.metadata import version  # not at a cold start: only this answer needs it

        versions = {"python": sys.version.split()[0], **{name: version(name) for name in libraries}}
        content = {"status": "ok", "version": config.version, "commit": config.commit, "libraries": versions}
        return json_response(200, content)

    return health
