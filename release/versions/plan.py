"""release plan: what would be released and why. Needs no credentials, so a pull request can run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from release.versions import releaseplan
from release.versions.releaseplan import ReleasePlan
from release.versions.settings import VersionSettings
from release.versions.version import Observation

if TYPE_CHECKING:
    from release.versions.ports import Changes, Git


def plan_release(
    git: Git,
    settings: VersionSettings,
    changes: Changes | None,
    revision: str = "HEAD",
    *,
    branch: str | None = None,
) -> ReleasePlan:
    """The plan for ``revision``. Arguments, and what it raises, as in :func:`release.versions.version.next_version`."""
    seen = Observation(git, settings, revision)
    changed = seen.changed(changes)
    return releaseplan.release_plan_of(seen.next_version(changed=changed, branch=branch), changed)
