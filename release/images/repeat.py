"""Whether a layer will have the same bytes when it is built again: it will not where its files hold the build's time.

A layer is a tar with a time for every file, and Python's compiled files hold their source's time inside. The commit's
own time or a later one is no file's of that commit: it is the time of a build, or of something newer than what the
commit names. What is older is not meant: bases that the commit pins, and layers that the engine kept of earlier builds,
which were looked at then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from release.errors import RemoteError
from release.images.model import Archive, Stray
from release.images.ports import Workspace
from release.oci import Layer, Manifest


def unrepeatable(archive: Archive, layers: Sequence[Layer], workspace: Workspace, since: int) -> tuple[str, ...]:
    """For a person: which of ``layers`` will not be the same when they are built again, with the file that tells.

    Args:
        since: when the commit was committed.
    """
    notes = []
    for layer in layers:
        try:
            if stray := workspace.stray(archive, layer, since):
                notes.append(note(archive.image, archive.manifest, stray))
        except RemoteError as error:
            notes.append(f"image {archive.image}: whether {layer.digest} repeats cannot be told: {error.message}")
    return tuple(notes)


def note(image: str, manifest: Manifest, stray: Stray) -> str:
    """For a person: the layer, its file, and what to do about it."""
    layer = manifest.name_of(manifest.layers.index(stray.layer) + 1)
    more = f" and {stray.count - 1:,} more hold" if stray.count > 1 else " holds"
    when = f"{datetime.fromtimestamp(stray.time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    told = f"image {image}, {layer} does not repeat: {stray.path}{more} a time of this build ({when}"
    if stray.inside:
        return f"{told}, inside); compile by content: python -m compileall --invalidation-mode unchecked-hash"
    return f'{told}); give files one time in the Dockerfile (docs/builds.md), or set reproducible = "rewrite"'
