"""The order in which things are deleted, so that a crash between any two leaves nothing half. Pure.

1. Records: a release without its record is none, whatever images are left.
2. Images that no record names any more: first what was attached to them, then indexes, which hold their parts (ECR
   refuses to delete a part of an index that is there: "Deleting an image in Amazon ECR", manifest lists), then the
   others. Until the ledger's turn comes its claims still say which images were meant, so the same command finds them
   again.
3. Of each ledger entry its outcomes, then its claim. A claim without an outcome is what a run that died leaves, and
   every command knows it; an outcome without its claim would be a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from release.deployments.prunemodel import Holdings, PruneVerdict
from release.releases.shelved import ManifestLinks

Steps = tuple[tuple[str, tuple[str, ...]], ...]


def steps(verdicts: Sequence[PruneVerdict], seen: Holdings) -> Steps:
    """``(repository, digests)`` to delete, in order."""
    going = [each for each in verdicts if each.goes]
    records = _steps((each.repository, each.digests[0]) for each in going if each.kind == "record")
    found: list[tuple[str, tuple[str, ...]]] = []
    for rank in range(3):
        images = [each for each in going if each.kind == "image" and _rank(each, seen) == rank]
        found += _steps((each.repository, each.digests[0]) for each in images)
    entries = [each for each in going if each.kind == "entry"]
    outcomes = _steps((each.repository, digest) for each in entries for digest in each.digests[:-1])
    claims = _steps((each.repository, each.digests[-1]) for each in entries)
    return (*records, *found, *outcomes, *claims)


def _rank(image: PruneVerdict, seen: Holdings) -> int:
    link = seen.links.get(image.repository, {}).get(image.digests[0], ManifestLinks())
    return 0 if link.subject else 1 if link.parts else 2


def _steps(pairs: Iterable[tuple[str, str]]) -> Steps:
    found: dict[str, list[str]] = {}
    for repository, digest in pairs:
        found.setdefault(repository, []).append(digest)
    return tuple((repository, tuple(digests)) for repository, digests in found.items())
