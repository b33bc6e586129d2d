"""A release as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from release.releases.record import ReleaseRecord


@dataclass(frozen=True)
class Release:
    """A release by one of its names.

    Attributes:
        version: the name that was asked for: the candidate's, or the release version that it was promoted to.
        digest: the record's digest, which is the release.
        record: what it is.
    """

    version: str
    digest: str
    record: ReleaseRecord

    @property
    def commit(self) -> str:
        """The commit that it was made from."""
        return self.record.commit

    @property
    def digests(self) -> Mapping[str, str]:
        """Image -> digest."""
        return self.record.digests
