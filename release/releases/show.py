"""release show: one release as its record has it, with every name that it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from release.releases import recording
from release.releases.ports import Store
from release.releases.record import BUNDLE_TYPE, CHANGES_TYPE, ReleaseRecord


@dataclass(frozen=True)
class ReleaseView:
    """A release.

    Attributes:
        digest: the record's, which is the release.
        names: the record's tags, its versions first.
        changes: the section of the changelog that it was published with; "" when it has none.
        bundle: compressed bytes of the template and every file that it names.
    """

    digest: str
    record: ReleaseRecord
    names: tuple[str, ...]
    changes: str
    bundle: int


def release(name: str, store: Store, repository: str, folder: Path) -> ReleaseView:
    """The release that a person calls ``name``: a version, a whole commit, or the record's digest.

    Args:
        folder: an empty one, for what is read on the way.

    Raises:
        NotFoundError: there is none, or it is gone.
        ConflictError: it is no record that this command reads (faults.md, 56).
    """
    digest, record = recording.named(name, store, repository)
    names = sorted(
        (tag for tag, each in store.tags(repository).items() if each == digest),
        key=lambda tag: (tag.startswith("sha-"), tag),
    )
    layers = recording.stored(digest, store, repository).layers
    changes = ""
    for layer in layers:
        if layer.media_type == CHANGES_TYPE:
            store.fetch(repository, layer, folder / "section")
            changes = (folder / "section").read_text(encoding="utf-8", errors="replace")
    bundle = sum(layer.size for layer in layers if layer.media_type == BUNDLE_TYPE)
    return ReleaseView(digest, record, tuple(names), changes, bundle)
