"""What a release takes over of the one before, for an image that did not change: bill of materials, start figures.

The bill lies beside the image in the registry since the image was pushed. Each scan writes another one of the same
packages (it has a number and a time of its own), so the record names the one that is there, not this run's.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from release.errors import ConflictError, NotFoundError
from release.images.ports import Registry
from release.images.startfigures import StartFigures
from release.releases import recording
from release.releases.ports import Store
from release.releases.record import RecordedImage, ReleaseRecord

log = logging.getLogger("release.publish")


def before(store: Store, repository: str) -> ReleaseRecord | None:
    """The newest release so far; None: there is none, or none that this command reads, so nothing is taken over."""
    try:
        return recording.newest(store, repository)
    except (NotFoundError, ConflictError) as error:
        log.info("nothing is taken over from an earlier release: %s", error.message)
        return None


def bills(images: Mapping[str, str], earlier: ReleaseRecord | None, registry: Registry) -> Mapping[str, bytes]:
    """Image -> the bill of materials that ``earlier`` names for the same digest, where the registry has it.

    A record may name one that is not there: commands up to 2026-11 noted this run's and attached none.

    Args:
        images: image -> the digest that it has now.
    """
    found = {}
    for name, image in _unchanged(images, earlier).items():
        if not image.sbom:
            continue
        try:
            found[name] = registry.bill(image.repository, image.sbom)
        except NotFoundError:
            log.info("the registry lacks the bill of materials of image %s that v%s names", name, _version(earlier))
    return found


def starts(images: Mapping[str, str], earlier: ReleaseRecord | None) -> Mapping[str, Mapping[str, StartFigures]]:
    """Image -> how its functions started, as ``earlier`` has it of the same digest. ``images`` as in ``bills``."""
    return {name: image.starts for name, image in _unchanged(images, earlier).items()}


def _unchanged(images: Mapping[str, str], earlier: ReleaseRecord | None) -> Mapping[str, RecordedImage]:
    known = earlier.images if earlier else {}
    return {name: known[name] for name, digest in images.items() if name in known and known[name].digest == digest}


def _version(earlier: ReleaseRecord | None) -> str:
    return earlier.version if earlier else ""
