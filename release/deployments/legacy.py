"""The ledger as it was before records: registry tags on the images. Read only, to move it over (release migrate).

A deployment was the tag ``production-12-v1.4.0`` on every image of it, written after it was proven. At most the newest
can be half-written, after a crash between two tags; what it lacks is known from the version's own tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from release.errors import ConflictError
from release.semver import NUMBER, WITHOUT_BUILD

#: ``1.4.0_<40 hex>`` bound a version to its commit; ``production-12-v1.4.0`` was the twelfth entry of production.
_BINDING = re.compile(rf"({WITHOUT_BUILD})_([0-9a-f]{{40}})\Z")
_ENTRY = re.compile(rf"([a-z][a-z0-9-]*?)-({NUMBER})-v({WITHOUT_BUILD})\Z")

#: image name -> (tag -> digest)
TagsByImage = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Deployment:
    """One entry of an environment's ledger: a digest set (image -> digest) that was proven."""

    environment: str
    number: int
    version: str
    digests: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The ledger tag, as it stands on every digest of the deployment."""
        return f"{self.environment}-{self.number}-v{self.version}"


def deployments(environment: str, tags: TagsByImage) -> tuple[Deployment, ...]:
    """Every deployment of ``environment``, oldest first, the half-written newest completed.

    Raises:
        ConflictError: two entries share a number but name different versions; nothing may be guessed then.
    """
    found: dict[int, tuple[str, dict[str, str]]] = {}
    for image, named in tags.items():
        for tag, digest in named.items():
            entry = parse_ledger(tag)
            if entry is None or entry[0] != environment:
                continue
            _, number, version = entry
            known, digests = found.setdefault(number, (version, {}))
            if known != version:
                raise ConflictError(
                    f"the ledger of {environment} has two entries {number}: v{known} and v{version}",
                    untouched="everything",
                    next_step="look which of the two was deployed (the stack's parameter ReleaseVersion, CloudTrail), "
                    "and delete the other tag",
                )
            digests[image] = digest
    for version, digests in [found[max(found)]] if found else []:
        digests |= {image: named[version] for image, named in tags.items() if version in named}
    return tuple(Deployment(environment, number, *found[number]) for number in sorted(found))


def commits(tags: TagsByImage) -> Mapping[str, tuple[str, ...]]:
    """Version -> the commits that tags bind it to; more than one when the images contradict each other."""
    found: dict[str, set[str]] = {}
    for named in tags.values():
        for match in filter(None, map(_BINDING.match, named)):
            found.setdefault(match[1], set()).add(match[2])
    return {version: tuple(sorted(each)) for version, each in found.items()}


def parse_ledger(tag: str) -> tuple[str, int, str] | None:
    """``(environment, number, version)`` of a ledger tag, or None for any other tag."""
    match = _ENTRY.match(tag)
    return (match[1], int(match[2]), match[3]) if match else None
