"""What lies in a repository, as its registry lists it, and what one manifest says of others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from release.digest import is_digest
from release.errors import ConflictError


@dataclass(frozen=True)
class Shelved:
    """One manifest with its names.

    Attributes:
        pushed: when it was pushed, in UTC.
        size: compressed bytes of all that it names.
    """

    digest: str
    tags: tuple[str, ...]
    pushed: datetime
    size: int


@dataclass(frozen=True)
class ManifestLinks:
    """What a manifest says of other manifests.

    Attributes:
        parts: of an index, what it lists (OCI image specification 1.1, "Image Index").
        subject: what it was attached to, "" for most (the same, "Image Manifest", ``subject``).
    """

    parts: tuple[str, ...] = ()
    subject: str = ""


def links_of(raw: bytes, where: str) -> ManifestLinks:
    """The links in a manifest.

    Args:
        where: what it is called, for the error.

    Raises:
        ConflictError: it is no manifest.
    """
    try:
        manifest = json.loads(raw)
        parts = tuple(str(each["digest"]) for each in manifest.get("manifests") or ())
        subject = str((manifest.get("subject") or {}).get("digest", ""))
        if bad := [each for each in (*parts, subject) if each and not is_digest(each)]:
            raise ValueError(f"{bad[0]!r} is no digest")
        return ManifestLinks(parts, subject)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConflictError(
            f"{where} is no manifest: {' '.join(str(error).split())[:200]}",
            untouched="everything",
            next_step="find out who wrote it, and delete it by hand if nobody needs it",
        ) from error
