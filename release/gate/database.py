"""The vulnerability database's own data, and whether it may be relied on. The scanner itself never checks its age."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from release.errors import GateError

#: The schema that the pinned scanner reads (trivy-db, ``pkg/db``: SchemaVersion)
SCHEMA_VERSION = 2

#: Clocks of two machines may differ by this much; a database dated further ahead was not published by anybody's clock.
CLOCK_SKEW = timedelta(minutes=10)

#: Distribution family -> how its bucket of advisories is called (trivy-db, ``pkg/vulnsrc``). Others are not looked up.
_SYSTEM_BUCKETS = {
    "alpine": "alpine {two}",
    "amazon": "amazon linux {one}",
    "debian": "debian {one}",
    "ubuntu": "ubuntu {two}",
}


@dataclass(frozen=True)
class Database:
    """What the database says about itself.

    Attributes:
        updated: when it was made.
        next_update: when its publisher promises the next one.
        downloaded: when this machine got it.
        sources: the names of the buckets that hold something.
        repository: where it came from.
    """

    version: int
    updated: datetime
    next_update: datetime
    downloaded: datetime
    sources: frozenset[str]
    repository: str


def parse_metadata(text: str, sources: frozenset[str], repository: str) -> Database:
    """The database from its metadata.json and the buckets found in its file.

    Raises:
        GateError: the metadata is not understood.
    """
    try:
        document = json.loads(text)
        version = document["Version"]
        times = [_time(document[key]) for key in ("UpdatedAt", "NextUpdate", "DownloadedAt")]
        if not isinstance(version, int):
            raise TypeError("Version is not a number")
    except (ValueError, KeyError, TypeError) as error:
        raise GateError(
            f"the vulnerability database's metadata.json is not understood: {error!r}",
            untouched="the registry and every environment",
            next_step="remove the database's cache folder and run release scan again",
        ) from error
    updated, next_update, downloaded = times
    return Database(version, updated, next_update, downloaded, sources, repository)


def is_current(database: Database, now: datetime) -> bool:
    """Whether the publisher has promised no newer one yet: then there is no need to download it again."""
    return database.version == SCHEMA_VERSION and database.downloaded <= now + CLOCK_SKEW and now < database.next_update


def database_doubts(database: Database, now: datetime, max_age: timedelta) -> tuple[str, ...]:
    """Why the database cannot be relied on at ``now``; empty when it can (faults.md, 33)."""
    doubts = []
    if database.version != SCHEMA_VERSION:
        doubts.append(
            f"the vulnerability database has schema version {database.version}, the scanner reads {SCHEMA_VERSION}"
        )
    if database.updated > now + CLOCK_SKEW:
        doubts.append(
            f"the vulnerability database is dated {database.updated:%Y-%m-%d %H:%M} UTC, which is in the future"
        )
    elif now - database.updated > max_age:
        hours = (now - database.updated).total_seconds() / 3600
        doubts.append(
            f"the vulnerability database is {hours:.0f} hours old ({database.updated:%Y-%m-%d %H:%M} UTC), "
            f"the policy allows {max_age.total_seconds() / 3600:.0f}"
        )
    if database.downloaded == datetime.min.replace(tzinfo=UTC) or database.downloaded > now + CLOCK_SKEW:
        doubts.append(
            "the vulnerability database was not downloaded to its end (DownloadedAt is not a time that has passed)"
        )
    doubts += [
        f"the vulnerability database holds no {name}"
        for name, prefix in (("severities", "vulnerability"), ("advisories for Python packages", "pip::"))
        if not any(source.startswith(prefix) for source in database.sources)
    ]
    return tuple(doubts)


def lacks_system(database: Database, family: str, name: str) -> str:
    """The doubt that the database knows nothing of this operating system, or ""."""
    pattern = _SYSTEM_BUCKETS.get(family)
    if pattern is None:
        return ""
    parts = name.split(" ")[0].split(".")
    bucket = pattern.format(one=parts[0], two=".".join(parts[:2]))
    if bucket in database.sources:
        return ""
    return f"the vulnerability database holds no advisories for {bucket}"


def _time(value: object) -> datetime:
    """RFC 3339 with up to nine digits of seconds, as Go writes it; Python reads six."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a time")
    head, dot, rest = value.partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        value = f"{head}.{digits[:6]}{rest[len(digits) :]}"
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return moment.astimezone(UTC)
