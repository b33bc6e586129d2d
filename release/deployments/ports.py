"""What a stage may ask of the world. Each port is a Protocol; adapters implement it, tests pass a fake of it.

Nothing here names a product: the adapters do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from release.deployments.claims import Run
from release.deployments.model import (
    Contents,
    HttpRequest,
    HttpResponse,
    LiveFunction,
    ScheduledCall,
    Stack,
    StackRequest,
    StackResource,
)


class Application(Protocol):
    """What the smoke tests reach of the application that was deployed. Each method raises RemoteError."""

    def http(self, request: HttpRequest) -> HttpResponse:
        """One HTTP exchange; any status is an answer. Raises RemoteError when there was none."""

    def count_items(self, table: str) -> int:
        """The number of items in a table, counted consistently."""

    def item(self, table: str, key: Mapping[str, str | int]) -> Mapping[str, Any] | None:
        """An item as JSON values, read consistently, or None when it is not there."""

    def objects(self, bucket: str, key: str) -> Mapping[str, str]:
        """Key -> what becomes another text when the object is written again.

        Of the object ``key``, or of all whose keys begin with it where it ends in ``/`` or is "".
        """

    def messages(self, queue: str) -> int:
        """How many messages a queue holds, those in flight and delayed included; SQS counts approximately."""

    def scheduled(self, schedule: StackResource) -> ScheduledCall:
        """What a rule or schedule hands to its function when its time comes."""

    def token(self, client_id: str, secret: str) -> str:
        """A bearer token for the user whose name and password ``secret`` holds."""

    def secret(self, name: str) -> str:
        """A secret's text."""


class Cloud(Application, Protocol):
    """One region of one account: CloudFormation, Lambda and the application."""

    def stack(self, name: str) -> Stack | None:
        """The stack as it is, or None when there is none."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Every resource that the stack holds now. Raises RemoteError when there is no such stack.

        Those of the stacks nested in it too, their logical ids after the nested stack's: ``Child/Function``.
        """

    def deploy(self, request: StackRequest) -> None:
        """Bring the stack to ``request`` and wait until CloudFormation is done. Raises RemoteError."""

    def live(self, function: str, alias: str) -> LiveFunction | None:
        """What ``alias`` serves, or None when function or alias do not exist; without an alias, what was set last."""

    def move_alias(self, function: str, alias: str, version: str) -> None:
        """Send everything that comes to ``alias`` to ``version``. An alias that is gone is made anew."""

    def set_image(self, function: str, uri: str) -> None:
        """Have a function that has no alias run the image ``uri``; Lambda is done when it says that it serves it."""

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """Invoke the alias once; its answer, however long it takes. Raises RemoteError for a function error."""

    def invoke_async(self, function: str, alias: str, payload: bytes) -> None:
        """Hand the alias (of an ARN: "") an event, and do not wait. Raises RemoteError when it is not taken."""


class Demolition(Protocol):
    """A stack that is taken away, and what must be known before. A nested stack is called by its physical id."""

    def template(self, stack: str) -> str:
        """What CloudFormation deployed, SAM's transform carried out; YAML or JSON. Raises RemoteError."""

    def contents(self, resource: StackResource) -> Contents | None:
        """What ``resource`` holds now; None where nobody looks into its type. One that is gone holds nothing.

        Raises RemoteError: it cannot be looked at.
        """

    def delete(self, stack: str, keep: Sequence[str] = ()) -> None:
        """Have CloudFormation begin to delete the stack; it goes on by itself. A stack that is gone is no error.

        Args:
            keep: logical ids of resources that stay; only a stack whose deletion failed takes them.

        Raises:
            RemoteError: it does not begin.
        """

    def failed(self, stack: str) -> Mapping[str, str]:
        """Logical id -> why CloudFormation could not delete it, of the stack's own resources. Raises RemoteError."""


class Runs(Protocol):
    """Who deploys: this run, and what is known of the others."""

    def present(self) -> Run:
        """This run."""

    def is_over(self, run: Run) -> bool:
        """Whether ``run`` certainly does nothing any more; False when nobody can tell from here."""
