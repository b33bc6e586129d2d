"""``[bundle]`` of release.toml: how much a template may take along beside its images."""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.tables import bytes_of
from release.toml import Table

#: A size that a person writes.
SIZE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})? ?(?:kB|MB|GB)\Z")
_MAX_SIZE = "1 GB"
_MAX_FILES = 50_000


@dataclass(frozen=True)
class Limits:
    """How large a bundle may be. ``size`` in bytes, unpacked; ``files`` counts files and folders.

    Lambda takes 250 MB of unzipped code a function ("Lambda quotas"), so a bundle that is larger than a few of them
    holds something that nobody meant to deploy.
    """

    size: int = bytes_of(_MAX_SIZE)
    files: int = _MAX_FILES


def parse_bundle(table: Table) -> Limits:
    """Read ``[bundle]``. Raises UsageError with line and key."""
    size = table.text_of(
        "max-size",
        _MAX_SIZE,
        pattern=SIZE,
        must='be a size like "500 MB"',
        doc="What the template and the local files that it names may weigh together, unpacked. A larger bundle is "
        "neither published nor deployed.",
    )
    files = table.value(
        "max-files", int, _MAX_FILES, low=1, doc="How many files and folders a bundle may hold, together."
    )
    table.done()
    return Limits(bytes_of(size if SIZE.match(size) else _MAX_SIZE), max(files, 1))
