"""What an adopter may set about versions; every default works without a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from release.semver import Bump

#: What each type asks for; every other type asks for nothing. From the Angular convention that the specification names.
BUMPS: Mapping[str, Bump] = {
    "feat": Bump.MINOR,
    "fix": Bump.PATCH,
    "perf": Bump.PATCH,
    "revert": Bump.PATCH,
    "security": Bump.PATCH,
    "deps": Bump.PATCH,
}


@dataclass(frozen=True, slots=True)
class VersionSettings:
    """How versions are decided; every default works without a configuration.

    Attributes:
        tag_prefix: what stands before the version in a tag. ``None``: ``v``, or nothing where only such tags are.
        first_version: the version of the first release.
        major_on_zero: whether a breaking change makes 1.0.0 of 0.x.
        bumps: type in lower case -> bump; a type that is not named asks for nothing.
        other_bump: what a commit asks for whose message is not conventional.
        multiple_headers: whether every header in a message counts, not only the first line's.
        allowed_branches: patterns of the branches that releases are made from (fnmatch).
        maintenance_branches: patterns of branches whose last part names their line: ``release/1.4``, ``1.x``.
    """

    tag_prefix: str | None = None
    first_version: str = "0.1.0"
    major_on_zero: bool = False
    bumps: Mapping[str, Bump] = field(default_factory=lambda: BUMPS)
    other_bump: Bump = Bump.NONE
    multiple_headers: bool = False
    allowed_branches: tuple[str, ...] = ("main", "master", "release/*", "[0-9]*.x")
    maintenance_branches: tuple[str, ...] = ("release/*", "[0-9]*.x")

    @property
    def main_branch(self) -> str:
        """The branch that people merge to: the first allowed one that is a name and no pattern."""
        return next((each for each in self.allowed_branches if not set(each) & set("*?[")), "main")
