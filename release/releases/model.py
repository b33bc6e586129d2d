"""A release as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """A version, the commit it was made from, and one digest per image name."""

    version: str
    commit: str
    digests: Mapping[str, str]
