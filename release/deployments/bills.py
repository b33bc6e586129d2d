"""What differs in packages: the bills of materials of images, and of the code of ZIP functions and layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from release.deployments import packagediff
from release.deployments.differences import CodeDifference, ImageDifference
from release.deployments.target import Target
from release.errors import ReleaseError
from release.releases.ports import Store
from release.releases.record import RecordedImage, ReleaseRecord


def with_packages(image: ImageDifference, store: Store) -> ImageDifference:
    """``image`` with what differs in its packages, or with why that is not known."""
    if image.kind != "changed" or image.old is None or image.new is None:
        return image
    try:
        found = packagediff.changes(_packages(image.old, store), _packages(image.new, store))
    except (ReleaseError, ValueError) as error:
        return replace(image, not_compared=_why(error))
    return replace(image, packages=found)


def _packages(image: RecordedImage, store: Store) -> Mapping[str, frozenset[str]]:
    return _bill(f"{image.repository}@{image.digest[:19]}", image.repository, image.sbom, store)


def _bill(of: str, repository: str, digest: str, store: Store) -> Mapping[str, frozenset[str]]:
    where = f"the bill of materials of {of}"
    if not digest:
        raise ValueError(f"{where} was never published")
    return packagediff.packages(store.blob(repository, digest), where)


def code(before: ReleaseRecord | None, record: ReleaseRecord, target: Target) -> tuple[CodeDifference, ...]:
    """ZIP functions and layers whose bills of materials differ."""
    old, new = (each.sboms if each else {} for each in (before, record))
    return tuple(
        _compared(name, before, record, target)
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    )


def _compared(name: str, before: ReleaseRecord | None, record: ReleaseRecord, target: Target) -> CodeDifference:
    if before is None or not _ships(name, before):
        kind = "added"
        sides: tuple[ReleaseRecord | None, ...] = (None, record)
    elif not _ships(name, record):
        kind, sides = "removed", (before, None)
    else:
        kind, sides = "changed", (before, record)
    try:
        old, new = (
            _bill(f"{name} of v{each.version}", target.records, each.sboms.get(name, ""), target.store) if each else {}
            for each in sides
        )
    except (ReleaseError, ValueError) as error:
        return CodeDifference(name, kind, not_compared=_why(error))
    return CodeDifference(name, kind, packagediff.changes(old, new))


def _ships(name: str, record: ReleaseRecord) -> bool:
    """Whether ``record`` has this ZIP function, or a bill of materials of it."""
    return name in record.sboms or (name in record.functions and not record.functions[name].image)


def _why(error: Exception) -> str:
    return error.message if isinstance(error, ReleaseError) else str(error)
