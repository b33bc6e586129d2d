"""What differs in packages: the bills of materials of images, and of the code of ZIP functions and layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from release.deployments import packagediff
from release.deployments.differences import CodeDifference, ImageDifference
from release.deployments.target import Target
from release.errors import ReleaseError
from release.releases.ports import Store
from release.releases.record import RecordedImage, ReleaseRecord


def with_packages(image: ImageDifference, store: Store) -> ImageDifference:
    """``image`` with what differs in its packages, or with why that is not known."""
    return with_packages_of(image, lambda each: store.blob(each.repository, each.sbom))


def with_packages_of(image: ImageDifference, read: Callable[[RecordedImage], bytes]) -> ImageDifference:
    """The same, with bills of materials that ``read`` gives."""
    if image.kind != "changed" or image.old is None or image.new is None:
        return image
    try:
        old, new = (
            _packages(f"{each.repository}@{each.digest[:19]}", each.sbom, partial(read, each))
            for each in (image.old, image.new)
        )
    except (ReleaseError, ValueError) as error:
        return replace(image, not_compared=_why(error))
    return replace(image, packages=packagediff.changes(old, new))


def _packages(of: str, digest: str, read: Callable[[], bytes]) -> Mapping[str, frozenset[str]]:
    where = f"the bill of materials of {of}"
    if not digest:
        raise ValueError(f"{where} was never published")
    return packagediff.packages(read(), where)


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
        old, new = (_code_of(name, each, target) if each else {} for each in sides)
    except (ReleaseError, ValueError) as error:
        return CodeDifference(name, kind, not_compared=_why(error))
    return CodeDifference(name, kind, packagediff.changes(old, new))


def _code_of(name: str, record: ReleaseRecord, target: Target) -> Mapping[str, frozenset[str]]:
    digest = record.sboms.get(name, "")
    return _packages(f"{name} of v{record.version}", digest, lambda: target.store.blob(target.records, digest))


def _ships(name: str, record: ReleaseRecord) -> bool:
    """Whether ``record`` has this ZIP function, or a bill of materials of it."""
    return name in record.sboms or (name in record.functions and not record.functions[name].image)


def _why(error: Exception) -> str:
    return error.message if isinstance(error, ReleaseError) else str(error)
