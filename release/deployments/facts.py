"""What a deployment's summary tells beside its plan: commits, sizes, scans. Gathered before anything is changed.

None of it decides anything. So what cannot be had (an image that was pruned, a commit that this clone lacks) is left
out, and stops nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from release.deployments import observe
from release.deployments.claims import Claim
from release.deployments.deployplan import Action, DeployPlan
from release.deployments.deployreport import Facts
from release.deployments.target import Target
from release.errors import ReleaseError
from release.gate.ports import ScanRecords
from release.gate.scanrecord import ScanRecord
from release.releases.record import RecordedImage
from release.versions.history import Commit
from release.versions.ports import Git

log = logging.getLogger("release.deploy")


def gather(
    plan: DeployPlan,
    target: Target,
    git: Git | None,
    records: ScanRecords,
    *,
    reason: str,
    click: str,
) -> Facts:
    """The facts about ``plan``; none when it does nothing.

    Args:
        git: the repository, where the command runs in one; it tells the commits between.
    """
    if plan.action in (Action.NOTHING, Action.SUPERSEDED):
        return Facts(reason=reason, click=click)
    release, live = plan.release, plan.before
    before = _live(live, target)
    return Facts(
        sizes=_sizes(release.record.images) | _sizes(before),
        goes_in=between(git, release.commit, live.commit) if git and live else (),
        comes_out=between(git, live.commit, release.commit) if git and live else (),
        scans=_scans(release.digests, records),
        starts={name: image.measured for name, image in release.record.images.items()},
        before={name: image.measured for name, image in before.items()},
        reason=reason,
        click=click,
    )


def _sizes(images: Mapping[str, RecordedImage]) -> dict[str, int]:
    return {image.digest: image.size for image in images.values()}


def _live(live: Claim | None, target: Target) -> Mapping[str, RecordedImage]:
    try:
        return observe.deployed(live, target).record.images if live else {}
    except ReleaseError as error:
        log.info("what is live is not known: %s", error.message)
        return {}


def _scans(digests: Mapping[str, str], records: ScanRecords) -> dict[str, ScanRecord]:
    found = {}
    for image, digest in digests.items():
        try:
            record = records.record(image, digest)
        except ReleaseError as error:
            log.info("the scan of image %s is not known: %s", image, error.message)
            continue
        if record:
            found[image] = record
    return found


def between(git: Git, commit: str, since: str) -> tuple[Commit, ...]:
    """The commits in ``commit`` that are not in ``since``, without merges."""
    if not commit or not since:
        return ()
    try:
        found = git.log(git.resolve(commit), git.resolve(since))
        return tuple(each for each in found if len(each.parents) < 2)
    except ReleaseError as error:
        log.info("the commits between are not known: %s", error.message)
        return ()
