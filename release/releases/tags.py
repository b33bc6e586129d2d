"""The names that this pipeline gives.

==============================  =====================================================================================
on an image                     says
==============================  =====================================================================================
``inputs-<16 hex>``             built from these inputs; the next build with equal inputs reuses it
``1.4.0-rc.7``, ``sha-<40>``    for people: the first candidate and commit that it was pushed for
``1.4.0``                       for people: a release version that has it (not from the 900th name on)
==============================  =====================================================================================

==============================  =====================================================================================
on a record                     says
==============================  =====================================================================================
``1.4.0-rc.7``, ``sha-<40>``    the candidate, and the commit that it was made from
``1.4.0``                       the release version that it was promoted to
==============================  =====================================================================================

In an environment's ledger: ``production-12`` and ``production-12-proven`` (:mod:`release.deployments.claims`).

A tag is at most 128 characters of ``[A-Za-z0-9_.-]`` and starts with a letter, digit or underscore (OCI distribution
specification 1.1, "Pulling manifests"). SemVer's build metadata has a ``+``, which no tag can hold: refused.
"""

from __future__ import annotations

from release.errors import UsageError
from release.semver import try_parse

#: A tag's 128 characters would take more; nobody reads a version this long.
_LONGEST = 60


def checked_version(text: str) -> str:
    """``text`` if it is a SemVer 2.0.0 version that can be a registry tag.

    Raises:
        UsageError: it is not, or it is longer than 60 characters.
    """
    if "+" in text:
        raise UsageError(
            f"version {text!r} has build metadata, which no registry tag can hold",
            next_step="leave the part from '+' on away; the record has the commit",
        )
    if try_parse(text) is None or len(text) > _LONGEST:
        raise UsageError(
            f"{text!r} is not a version like 1.4.0 or 1.4.0-rc.7 (semver.org, 2.0.0)",
            next_step="name the version without a leading v",
        )
    return text
