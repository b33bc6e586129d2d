"""``args`` and ``secrets`` of ``[images.<name>]``: what a build is given beside its files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from release.toml import Table

_ARGUMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_SECRET_SOURCE = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)\Z")


def args_of(table: Table) -> Mapping[str, str]:
    """Build arguments, as texts. Raises UsageError with line and key."""
    found = table.mapping(
        "args",
        holds=(str, int, bool),
        names=_ARGUMENT,
        what="a build argument (letters, digits, _)",
        doc="Build arguments, which the Dockerfile declares with `ARG`. They are no place for a secret.",
    )
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in found.items()}


def secrets_of(table: Table) -> Mapping[str, str]:
    """Secret id -> where its value is. Raises UsageError with line and key."""
    return table.mapping(
        "secrets",
        holds=(str,),
        names=_SECRET,
        pattern=_SECRET_SOURCE,
        must="name where the secret is: env:NAME or file:path",
        what="a build secret (letters, digits, _, ., -)",
        doc="Build secrets (`RUN --mount=type=secret,id=…`) and where their values are when the build runs: "
        "`env:NAME`, an environment variable, or `file:path`. They become part of no layer and are no inputs.",
    )
