"""What taking an environment away looks at and decides, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from release.deployments.claims import Claim
from release.deployments.ledgerentries import Entry
from release.deployments.model import Contents, Stack, StackResource
from release.deployments.prunemodel import PruneVerdict


class Fate(Enum):
    """What becomes of a resource of the stack."""

    GOES = "goes"
    GOES_WITH_DATA = "goes with its data"
    STAYS = "stays"


@dataclass(frozen=True)
class StackSeen:
    """A stack with all that it holds.

    Attributes:
        resources: those of nested stacks too, as ``Child/Bucket``.
        templates: "" or the name of a nested stack with a slash (``Child/``) -> its template as plain values.
        contents: logical id -> what was found in the resource; those that nobody looked into are not in it.
    """

    stack: Stack
    resources: tuple[StackResource, ...] = ()
    templates: Mapping[str, Mapping[str, Any]] | None = None
    contents: Mapping[str, Contents] | None = None


@dataclass(frozen=True)
class ResourceVerdict:
    """What becomes of one resource, and why.

    Attributes:
        hint: what a person does before, to have it otherwise; "" where nothing can be done.
        later: what a person does about it when the stack is gone; "" where nothing is left.
    """

    resource: StackResource
    fate: Fate
    why: str
    hint: str = ""
    later: str = ""


@dataclass(frozen=True)
class Stop:
    """Why nothing is removed yet, and what comes next."""

    why: str
    next_step: str


@dataclass(frozen=True)
class RemovalPlan:
    """What taking an environment away comes to.

    Attributes:
        region: the stack's.
        stack: None when there is none (any more).
        resources: what becomes of each; those that stay come first.
        shelved: releases and images that this environment's deployments name: those that go, and those that stay.
        before: the newest entry of the ledger; None when nothing was ever deployed.
        removed: the entry that took the environment away already, as long as nothing came after it.
        claim: what is written before anything changes; None when there is nothing to do.
        abandoned: claims whose runs died, which are marked so first.
        stops: why nothing may begin.
        after: what is left to do for a person, in order.
    """

    environment: str
    region: str
    stack: Stack | None
    resources: tuple[ResourceVerdict, ...]
    shelved: tuple[PruneVerdict, ...]
    before: Entry | None
    removed: Entry | None
    claim: Claim | None
    abandoned: tuple[Entry, ...]
    stops: tuple[Stop, ...]
    after: tuple[str, ...]

    @property
    def staying(self) -> frozenset[str]:
        """The logical ids of the resources that stay."""
        return frozenset(each.resource.logical_id for each in self.resources if each.fate is Fate.STAYS)

    @property
    def going(self) -> tuple[PruneVerdict, ...]:
        """The releases and images that go."""
        return tuple(each for each in self.shelved if each.goes)


@dataclass(frozen=True)
class RemovalResult:
    """What was removed.

    Attributes:
        recorded: the outcome's name; "" when there was nothing to do.
        left: what CloudFormation left behind, by logical id, whether it was planned or filled meanwhile.
        spared: releases and images of the plan that stayed, because something came to need them meanwhile.
    """

    plan: RemovalPlan
    recorded: str = ""
    left: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
