"""The ``[versions]`` table of release.toml; every key may be left out.

.. code-block:: toml

    [versions]
    tag-prefix = "v"                 # default: v, or nothing where only bare tags are
    first-version = "0.1.0"
    major-on-zero = false            # whether a breaking change makes 1.0.0 of 0.x
    other-bump = "none"              # what a commit asks for whose message is not conventional
    multiple-headers = false         # whether every header in a message counts
    allowed-branches = ["main"]      # patterns of the branches that releases are made from
    maintenance-branches = ["release/*"]

    [versions.bumps]                 # type -> none, patch, minor or major; replaces the default of that type
    docs = "patch"
"""

from __future__ import annotations

from release.errors import UsageError
from release.semver import Bump, parse
from release.toml import Table
from release.versions.settings import BUMPS, VersionSettings

_WORDS = {bump.word: bump for bump in Bump}


def parse_versions(top: Table) -> VersionSettings:
    """Read ``[versions]``; the defaults where there is none. Raises UsageError with line and key."""
    found = top.mapping("versions")
    table, default = Table(top.text, "versions", found), VersionSettings()
    first = table.text_of("first-version", default.first_version)
    try:
        if parse(first).is_prerelease:
            raise table.error("first-version", "must be a release, like 0.1.0")
    except UsageError as error:
        raise table.error("first-version", f"is no version: {error.message}") from error
    settings = VersionSettings(
        tag_prefix=table.text_of("tag-prefix") if "tag-prefix" in found else None,
        first_version=first,
        major_on_zero=table.value("major-on-zero", bool, default.major_on_zero),
        bumps={**BUMPS, **_bumps(table)},
        other_bump=_bump(table, "other-bump", default.other_bump),
        multiple_headers=table.value("multiple-headers", bool, default.multiple_headers),
        allowed_branches=table.texts("allowed-branches", default.allowed_branches),
        maintenance_branches=table.texts("maintenance-branches", default.maintenance_branches),
    )
    table.done()
    return settings


def _bumps(table: Table) -> dict[str, Bump]:
    inner = Table(table.text, "versions.bumps", table.mapping("bumps"))
    return {name.lower(): _bump(inner, name, Bump.NONE) for name in inner.values}


def _bump(table: Table, key: str, default: Bump) -> Bump:
    word = table.text_of(key, default.word)
    if word not in _WORDS:
        raise table.error(key, f"must be one of {', '.join(_WORDS)}, not {word!r}")
    return _WORDS[word]
