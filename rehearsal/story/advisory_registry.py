"""The scanner's database of the rehearsal: the sample of advisories, served from the emulated registry."""

from __future__ import annotations

from datetime import timedelta

from rehearsal.cloud import sample_database
from rehearsal.cloud.advisories import ADVISORIES, Advisory
from release.adapters.clock import SystemClock
from release.adapters.distribution import Distribution

REPOSITORY = "trivy-db"


def publish_advisories(registry: str, tag: str, *more: Advisory) -> str:
    """Serve the sample of advisories, and ``more``, as the scanner downloads any: an artifact under ``tag``.

    Returns:
        what RELEASE_SCAN_DATABASE takes.
    """
    # a minute old: a database from the future is refused
    content = sample_database.database_file((*ADVISORIES, *more))
    item = sample_database.artifact(SystemClock().now() - timedelta(minutes=1), content=content)
    Distribution(registry).push_artifact(REPOSITORY, item, tag)
    return f"{registry}/{REPOSITORY}:{tag}"
