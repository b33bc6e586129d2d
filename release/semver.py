"""Semantic Versioning 2.0.0 (semver.org): parse, precedence, increments, print.

Our own hundred lines and no library: the specification is small and fixed, every command pays for what it imports, and
a version here must refuse what int() and ``\\d`` would let through (digits of other scripts, a trailing newline).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from release.errors import UsageError

#: semver.org, FAQ, "Does SemVer have a size limit on the version string?": 255 characters are called overkill.
LONGEST = 255

#: A number without leading zeros (item 2), as a pattern without groups.
NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_PRERELEASE = rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*"
#: A version without build metadata, as a pattern without groups, for names that hold one among other things.
WITHOUT_BUILD = rf"{NUMBER}\.{NUMBER}\.{NUMBER}(?:-{_PRERELEASE})?"
_VERSION = re.compile(
    rf"({NUMBER})\.({NUMBER})\.({NUMBER})(?:-({_PRERELEASE}))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)

Identifier = tuple[int, int, str]


class Bump(IntEnum):
    """How much a version is raised. Ordered: the greatest that any commit asks for wins."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """``none``, ``patch``, ``minor`` or ``major``, as in JSON and in release.toml."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Version:
    """One version. Two versions that differ in build metadata alone are unequal but of one precedence (item 10)."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        if self.prerelease:
            text += "-" + ".".join(self.prerelease)
        return text + ("+" + ".".join(self.build) if self.build else "")

    @property
    def is_prerelease(self) -> bool:
        """Whether the version carries a pre-release part (item 9)."""
        return bool(self.prerelease)

    @property
    def precedence(self) -> tuple[int, int, int, bool, tuple[Identifier, ...]]:
        """The sort key of item 11: build metadata left out, a release above its pre-releases."""
        return (self.major, self.minor, self.patch, not self.prerelease, tuple(map(_rank, self.prerelease)))

    def bumped(self, bump: Bump) -> Version:
        """The next release after this version (items 6 to 8). ``NONE`` of a release is the release itself.

        A pre-release is below its release (item 9), so a bump that its numbers already carry only drops the pre-release
        part: 1.3.0-rc.2 raised by a minor or a patch is 1.3.0.
        """
        if bump is Bump.MAJOR:
            done = self.is_prerelease and not (self.minor or self.patch)
            return Version(self.major if done else self.major + 1, 0, 0)
        if bump is Bump.MINOR:
            done = self.is_prerelease and not self.patch
            return Version(self.major, self.minor if done else self.minor + 1, 0)
        if bump is Bump.PATCH:
            return Version(self.major, self.minor, self.patch if self.is_prerelease else self.patch + 1)
        return self

    def released(self) -> Version:
        """The release that this version is or leads to."""
        return Version(self.major, self.minor, self.patch)

    def candidate(self, number: int) -> Version:
        """``X.Y.Z-rc.<number>`` of this release (docs/architecture.md, "Words")."""
        return Version(self.major, self.minor, self.patch, ("rc", str(number)))


def _rank(identifier: str) -> Identifier:
    if identifier.isdigit():
        return (0, int(identifier), "")
    return (1, 0, identifier)


def try_parse(text: str) -> Version | None:
    """The version that ``text`` is, or None when it is none. Linear in the length of ``text``."""
    match = _VERSION.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    major, minor, patch, prerelease, build = match.groups()
    return Version(
        int(major),
        int(minor),
        int(patch),
        tuple(prerelease.split(".")) if prerelease else (),
        tuple(build.split(".")) if build else (),
    )


def parse(text: str) -> Version:
    """The version that ``text`` is.

    Raises:
        UsageError: it is not one of Semantic Versioning 2.0.0, or longer than 255 characters.
    """
    version = try_parse(text)
    if version is None:
        raise UsageError(
            f"{text[:80]!r} is not a version of Semantic Versioning 2.0.0",
            untouched="everything",
            next_step="write three numbers without leading zeros, for example 1.4.0 or 1.4.0-rc.7",
        )
    return version
