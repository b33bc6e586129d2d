"""The Runs port: who deploys, told by GitHub Actions' variables or by this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping

from release.deployments.claims import Run


class ActionsRuns:
    """This run, in GitHub Actions or on somebody's machine ("Variables reference", default environment variables).

    Args:
        caller: whom AWS takes this process for; asked outside of Actions only.
    """

    def __init__(self, env: Mapping[str, str], caller: Callable[[], str]) -> None:
        self.env, self.caller = env, caller

    def present(self) -> Run:
        """See :class:`release.deployments.ports.Runs`."""
        host, process = socket.gethostname(), os.getpid()
        if self.env.get("GITHUB_ACTIONS") != "true":
            return Run(self.caller(), host=host, process=process)
        attempt = self.env.get("GITHUB_RUN_ATTEMPT", "")
        return Run(
            who=self.env.get("GITHUB_ACTOR", "") or "unknown",
            url=self._url(),
            attempt=int(attempt) if attempt.isdecimal() else 0,
            host=host,
            process=process,
        )

    def is_over(self, run: Run) -> bool:
        """See :class:`release.deployments.ports.Runs`.

        In Actions, the workflows' concurrency group lets one deployment of an environment run at a time (GitHub's
        "Control workflow concurrency"; the linter holds us to it). So another run of the same repository is over.
        """
        ours = self._url()
        if ours and run.url:
            return ours.rpartition("/")[0] == run.url.rpartition("/")[0]
        return bool(run.host) and run.host == socket.gethostname() and not _lives(run.process)

    def _url(self) -> str:
        server, repository, run = (
            self.env.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
        )
        return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False  # an earlier claim of this very process, which goes on with the next
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
