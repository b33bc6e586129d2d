"""How pruning names things and their ages."""

from __future__ import annotations

import re
from datetime import datetime

from release import semver, tables
from release.releases.shelved import Shelved

#: The names that this command gives to images and records; versions beside them. Any other name is somebody else's.
_OURS = re.compile(r"(?:sha-[0-9a-f]{40}|inputs-[0-9a-f]{16}|sbom-[0-9a-f]{64})\Z")


def age(then: datetime, now: datetime) -> str:
    """How long ago: ``3 days``; the days are whole ones."""
    days = max((now - then).days, 0)
    return f"{days} day{'' if days == 1 else 's'}"


def foreign(shelved: Shelved) -> str:
    """Why something stays that has a name which this command never gave; "" when it has none."""
    strange = [tag for tag in shelved.tags if not _OURS.match(tag) and semver.try_parse(tag) is None]
    return f"somebody named it {strange[0]}" if strange else ""


def named(name: str, shelved: Shelved) -> str:
    """``v1.4.0-rc.7 = 1.4.0 (0123456789ab)``: what it is called, its other versions, the beginning of its digest."""
    others = [tag for tag in shelved.tags if semver.try_parse(tag) and tag not in name]
    return f"{' = '.join([name, *others])} ({tables.short(shelved.digest)})"
