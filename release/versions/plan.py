"""release plan: what would be released and why. Needs no credentials, so a pull request can run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from release.versions import releaseplan
from release.versions.releaseplan import ReleasePlan
from release.versions.settings import VersionSettings
from release.versions.version import Observation

if TYPE_CHECKING:
    from release.versions.ports import Git


def plan_release(
    git: Git,
    settings: VersionSettings,
    inputs: Mapping[str, Sequence[str]],
    revision: str = "HEAD",
    *,
    branch: str | None = None,
    digests: Mapping[str, str] | None = None,
    also_changed: Sequence[str] = (),
) -> ReleasePlan:
    """The plan for ``revision``.

    Args:
        inputs: image -> its input paths; empty where there is no release.toml.
        branch: as in :func:`release.versions.version.next_version`.
        digests: image -> digest of the release before, where a registry could be asked.
        also_changed: images whose inputs changed in a way that no path of theirs shows (base image, platform).

    Raises what :func:`release.versions.version.next_version` raises.
    """
    seen = Observation(git, settings, revision)
    changed = seen.changed_inputs(inputs)
    changed |= {image: ("release.toml",) for image in also_changed if image not in changed}
    answer = seen.next_version(changed=changed, branch=branch)
    return releaseplan.release_plan_of(answer, changed, tuple(inputs), digests)
