"""What a deployment's summary tells beside its plan: commits, sizes, scans. Gathered before anything is changed.

None of it decides anything. So what cannot be had (an image that was pruned, a commit that this clone lacks) is left
out, and stops nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from release.deployments.deployplan import Action, DeployPlan
from release.deployments.deployreport import Facts
from release.deployments.target import Target
from release.errors import ReleaseError
from release.gate.ports import ScanRecords
from release.gate.scanrecord import ScanRecord
from release.versions.history import Commit
from release.versions.ports import Git

log = logging.getLogger("release.deploy")


def gather(plan: DeployPlan, target: Target, records: ScanRecords, *, reason: str, click: str) -> Facts:
    """The facts about ``plan``; none when it does nothing."""
    if plan.action in (Action.NOTHING, Action.SUPERSEDED):
        return Facts(reason=reason, click=click)
    release, live = plan.release, plan.before
    return Facts(
        sizes=_sizes([release.digests, live.digests if live else {}], target),
        goes_in=_between(target.git, release.commit, live.commit) if live else (),
        comes_out=_between(target.git, live.commit, release.commit) if live else (),
        scans=_scans(release.digests, records),
        reason=reason,
        click=click,
    )


def _sizes(sets: list[Mapping[str, str]], target: Target) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for image, digest in (item for digests in sets for item in digests.items()):
        if digest in sizes or image not in target.repositories:
            continue
        try:
            sizes[digest] = target.registry.manifest(target.repositories[image], digest).size
        except ReleaseError as error:
            log.info("the size of image %s is not known: %s", image, error.message)
    return sizes


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


def _between(git: Git, commit: str, since: str) -> tuple[Commit, ...]:
    """The commits in ``commit`` that are not in ``since``, without merges."""
    if not commit or not since:
        return ()
    try:
        found = git.log(git.resolve(commit), git.resolve(since))
        return tuple(each for each in found if len(each.parents) < 2)
    except ReleaseError as error:
        log.info("the commits between are not known: %s", error.message)
        return ()
