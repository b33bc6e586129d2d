"""The values that stages and ports exchange. All frozen; none of them does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from release.releases.model import Release
from release.settings.smoke import SmokeTest


@dataclass(frozen=True)
class Stack:
    """A CloudFormation stack as it is. ``status`` is CloudFormation's own word."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    region: str
    reason: str = ""


@dataclass(frozen=True)
class StackResource:
    """One resource of a stack: its name in the template (after SAM's transform), its type, and what it is called."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True)
class StackRequest:
    """A stack as it should be. ``repositories`` are the image repositories' URIs, without tag or digest."""

    name: str
    template: bytes
    parameters: Mapping[str, str]
    repositories: tuple[str, ...]


@dataclass(frozen=True)
class Rollout:
    """A release made ready for a target: all that bringing it in and proving it takes, read once.

    Attributes:
        functions: image -> the stack output that names its function, as the release has it.
        alias: the alias that its template gives the functions.
        smoke: its own smoke tests.
    """

    release: Release
    request: StackRequest
    functions: Mapping[str, str]
    alias: str
    smoke: tuple[SmokeTest, ...]


@dataclass(frozen=True)
class LiveFunction:
    """What an alias serves.

    Attributes:
        version: the published version's number.
        digest: the image's manifest digest, or "" when the service does not tell.
        state: Lambda's ``State``: Pending, Active, Inactive or Failed.
        update: Lambda's ``LastUpdateStatus``: InProgress, Successful or Failed.
        weights: other versions that the alias sends a share to (0 to 1), as it does while traffic is shifted.
    """

    function: str
    version: str
    digest: str
    state: str
    update: str
    reason: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Deployment:
    """One entry of an environment's ledger: a digest set that went live and passed its smoke tests."""

    environment: str
    number: int
    version: str
    digests: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The ledger tag, as it stands on every digest of the deployment."""
        return f"{self.environment}-{self.number}-v{self.version}"
