"""The names this pipeline gives to a digest, and how to read them back.

===============================  ====================================================================
tag                              says
===============================  ====================================================================
``inputs-<16 hex>``              built from these inputs; the next build with equal inputs reuses it
``1.4.0-rc.7``, ``1.4.0``        the candidate's or release's version
``sha-<40 hex>``                 a commit whose image this is
``1.4.0_<40 hex>``               binds a version to its commit. An image that did not change carries many versions
                                 and many commits, so the two tags above do not tell which belongs to which
``production-12-v1.4.0``         ledger: twelfth deployment of production, proven
===============================  ====================================================================

A tag is at most 128 characters of ``[A-Za-z0-9_.-]`` and starts with a letter, digit or underscore (OCI distribution
specification 1.1, "Pulling manifests"). SemVer's build metadata has a ``+``, which no tag can hold: refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from release.errors import UsageError
from release.semver import NUMBER, WITHOUT_BUILD, try_parse

#: Leaves room for ``_`` and a commit within a tag's 128 characters.
_LONGEST = 60
_BINDING_RX = re.compile(rf"({WITHOUT_BUILD})_([0-9a-f]{{40}})\Z")
_LEDGER_RX = re.compile(rf"([a-z][a-z0-9-]*?)-({NUMBER})-v({WITHOUT_BUILD})\Z")


def checked_version(text: str) -> str:
    """``text`` if it is a SemVer 2.0.0 version that can be a registry tag.

    Raises:
        UsageError: it is not, or it is too long to carry a commit (128 characters).
    """
    if "+" in text:
        raise UsageError(
            f"version {text!r} has build metadata, which no registry tag can hold",
            next_step="leave the part from '+' on away; the commit is recorded in its own tag",
        )
    if try_parse(text) is None or len(text) > _LONGEST:
        raise UsageError(
            f"{text!r} is not a version like 1.4.0 or 1.4.0-rc.7 (semver.org, 2.0.0)",
            next_step="name the version without a leading v",
        )
    return text


def release_tags(version: str, commit: str) -> tuple[str, ...]:
    """The tags a publication writes besides ``inputs-…``; the binding comes last, so its presence means complete."""
    return (version, f"sha-{commit}", f"{version}_{commit}")


def commit_of(version: str, tags: Iterable[str]) -> str | None:
    """The commit that ``version`` is bound to by one of ``tags``, or None."""
    for tag in tags:
        match = _BINDING_RX.match(tag)
        if match and match[1] == version:
            return match[2]
    return None


def bound_versions(tags: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    """Version -> commit, of every binding among the tags of all images."""
    matches = (_BINDING_RX.match(tag) for named in tags.values() for tag in named)
    return {match[1]: match[2] for match in matches if match}


def parse_ledger(tag: str) -> tuple[str, int, str] | None:
    """``(environment, number, version)`` of a ledger tag, or None for any other tag."""
    match = _LEDGER_RX.match(tag)
    return (match[1], int(match[2]), match[3]) if match else None
