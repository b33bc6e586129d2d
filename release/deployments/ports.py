"""What a stage may ask of the world. Each port is a Protocol; adapters implement it, tests pass a fake of it.

Nothing here names a product: the adapters do.
"""

from __future__ import annotations

from typing import Protocol

from release.deployments.claims import Run
from release.deployments.model import HttpRequest, HttpResponse, LiveFunction, Stack, StackRequest, StackResource


class Cloud(Protocol):
    """One region of one account: CloudFormation, Lambda and what the smoke tests reach."""

    def stack(self, name: str) -> Stack | None:
        """The stack as it is, or None when there is none."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Every resource that the stack holds now. Raises RemoteError when there is no such stack."""

    def deploy(self, request: StackRequest) -> None:
        """Bring the stack to ``request`` and wait until CloudFormation is done. Raises RemoteError."""

    def live(self, function: str, alias: str) -> LiveFunction | None:
        """What ``alias`` serves, or None when function or alias do not exist; without an alias, what was set last."""

    def move_alias(self, function: str, alias: str, version: str) -> None:
        """Send everything that comes to ``alias`` to ``version``. An alias that is gone is made anew."""

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """Invoke the alias and return its answer. Raises RemoteError for a function error."""

    def http(self, request: HttpRequest) -> HttpResponse:
        """One HTTP exchange; any status is an answer. Raises RemoteError when there was none."""

    def count_items(self, table: str) -> int:
        """The number of items in a table, counted consistently."""

    def token(self, client_id: str, secret: str) -> str:
        """A bearer token for the user whose name and password ``secret`` holds."""


class Runs(Protocol):
    """Who deploys: this run, and what is known of the others."""

    def present(self) -> Run:
        """This run."""

    def is_over(self, run: Run) -> bool:
        """Whether ``run`` certainly does nothing any more; False when nobody can tell from here."""
