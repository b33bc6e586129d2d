"""The values that stages and ports exchange. All frozen; none of them does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from release.releases.model import Release
from release.settings.smoke import SmokeTest


@dataclass(frozen=True)
class Stack:
    """A CloudFormation stack as it is. ``status`` is CloudFormation's own word.

    Attributes:
        protected: whether termination protection is on, so that nobody deletes it.
    """

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    region: str
    reason: str = ""
    protected: bool = False


@dataclass(frozen=True)
class StackResource:
    """One resource of a stack: its name in the template (after SAM's transform), its type, and what it is called.

    One of a nested stack has that stack's name before its own: ``Child/Function``.
    """

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True)
class Contents:
    """What a resource holds, for a person (``12 objects``; "" for nothing), and whether it has deletion protection."""

    holds: str = ""
    protected: bool = False


@dataclass(frozen=True)
class StackRequest:
    """A stack as it should be.

    Attributes:
        folder: the release's bundle, unpacked: the template and every file that it names.
        template: the template's path in ``folder``.
        repositories: the image repositories' URIs, without tag or digest.
    """

    name: str
    folder: Path
    template: str
    parameters: Mapping[str, str]
    repositories: tuple[str, ...]


@dataclass(frozen=True)
class Rollout:
    """A release made ready for a target: all that bringing it in and proving it takes, read once.

    Attributes:
        smoke: its own smoke tests.
        notes: parameters that nobody can have meant as they are.
    """

    release: Release
    request: StackRequest
    smoke: tuple[SmokeTest, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LiveFunction:
    """What an alias serves.

    Attributes:
        function: its physical name.
        version: the published version's number.
        digest: the image's manifest digest, or "" when the service does not tell.
        state: Lambda's ``State``: Pending, Active, Inactive or Failed.
        update: Lambda's ``LastUpdateStatus``: InProgress, Successful or Failed.
        weights: other versions that the alias sends a share to (0 to 1), as it does while traffic is shifted.
        behind: the first setting in which what is served differs from what the function was last set to, or "": then
            CloudFormation changed the function, but published no version of it.
    """

    function: str
    version: str
    digest: str
    state: str
    update: str
    reason: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    behind: str = ""


@dataclass(frozen=True)
class ScheduledCall:
    """What a schedule hands to a function: the function's ARN (with its alias, if it names one), and the event."""

    function: str
    payload: bytes


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
