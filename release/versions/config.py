"""The ``[versions]`` table of release.toml; every key may be left out.

It may also be all that the file holds: then the commands about versions and changelogs follow it.

.. code-block:: toml

    [versions]
    tag-prefix = "v"                 # default: v or nothing, as the later tags of the history have it
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

import re

from release.errors import UsageError
from release.semver import Bump, parse
from release.toml import Table
from release.versions.settings import BUMPS, VersionSettings

_WORDS = {bump.word: bump for bump in Bump}
#: git-check-ref-format(1), of the first part of a name
_PREFIX = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|/\.|@\{))[^\x00-\x20\x7f~^:?*\[\\]*\Z")


def parse_versions(top: Table) -> VersionSettings:
    """Read ``[versions]``; the defaults where there is none. Raises UsageError with line and key."""
    table, default = (
        top.table(
            "versions",
            doc="How versions are decided. A file that holds nothing else is enough for `release version`, `plan`, "
            "`changelog`, `prepare` and `check-tag`.",
            required=False,
        ),
        VersionSettings(),
    )
    prefix = table.text_of(
        "tag-prefix",
        "",
        pattern=_PREFIX,
        must="be what a tag's name may begin with (git check-ref-format)",
        may_be_empty=True,
        doc='What stands before the version in a release tag: `"v"`, `""`, `"app-v"`. The tags that start '
        "`production.yml`, and those that may deploy to `promotion` and `production`, begin with it, too "
        "(`docs/setup.md`).",
        unset="`v` or nothing, as the later tags of the history have it",
    )
    settings = VersionSettings(
        tag_prefix=prefix if "tag-prefix" in table else None,
        first_version=_first_version(table, default.first_version),
        major_on_zero=table.value(
            "major-on-zero", bool, default.major_on_zero, doc="Whether a breaking change makes 1.0.0 of 0.x."
        ),
        bumps={**BUMPS, **_bumps(table)},
        other_bump=_WORDS[
            table.text_of(
                "other-bump",
                default.other_bump.word,
                choices=tuple(_WORDS),
                doc="What a commit asks for whose message is not conventional.",
            )
        ],
        multiple_headers=table.value(
            "multiple-headers",
            bool,
            default.multiple_headers,
            doc="Whether every header in a message counts, not only the first line's.",
        ),
        allowed_branches=table.texts(
            "allowed-branches",
            default.allowed_branches,
            doc="Patterns of the branches that releases are made from (as Python's fnmatch reads them).",
        ),
        maintenance_branches=table.texts(
            "maintenance-branches",
            default.maintenance_branches,
            doc="Patterns of the branches whose last part names the line they keep: `release/1.4`, `1.x`.",
        ),
    )
    table.done()
    return settings


def _first_version(table: Table, default: str) -> str:
    first = table.text_of("first-version", default, doc="The version of the first release.")
    try:
        problem = "must be a release, like 0.1.0" if parse(first).is_prerelease else ""
    except UsageError as error:
        problem = f"is no version: {error.message}"
    if problem:
        table.refuse("first-version", problem)
        return default
    return first


def _bumps(table: Table) -> dict[str, Bump]:
    found = table.mapping(
        "bumps",
        holds=(str,),
        choices=tuple(_WORDS),
        doc="Type of commit and what it asks for; replaces the default of that type.",
    )
    return {name.lower(): _WORDS[word] for name, word in found.items()}
