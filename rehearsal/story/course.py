"""The story's stations: which environments a merge deploys to, and which a release tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from release.errors import UsageError
from release.settings.environments import MERGE, TAG, EnvironmentSpec
from release.settings.order import deployed_on


@dataclass(frozen=True)
class Course:
    """The environments, each in the order in which a release gets there.

    Attributes:
        merged: those that every merge deploys to; ``tagged``: those that a release tag deploys to.
    """

    merged: tuple[str, ...]
    tagged: tuple[str, ...]

    @property
    def last(self) -> str:
        """Where a release ends."""
        return (self.tagged or self.merged)[-1]

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.merged, *self.tagged)


def of(environments: Mapping[str, EnvironmentSpec]) -> Course:
    """The course of a release. Raises UsageError when no tag deploys anywhere: then nothing is ever released."""
    course = Course(deployed_on(environments, MERGE), deployed_on(environments, TAG))
    if not course.tagged:
        raise UsageError(
            "release.toml has no environment that a release tag deploys to",
            untouched="everything; nothing was started",
            next_step='write proven-in, or on = "tag", into the last of its environments',
        )
    return course
