"""release plan: show what would be released and why; exit code 3 when nothing would."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from release.commands.common.committed import agreed
from release.commands.common.options import VERSION_OUTPUTS

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.deployments.differences import Differences
    from release.deployments.plandiff import LiveBefore
    from release.releases.record import RecordedImage
    from release.report import Report
    from release.versions.nextversion import NextVersion

SUMMARY = "show what would be released and why; exit code 3 when nothing would"
CHANGES = False
OUTPUTS = VERSION_OUTPUTS


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--branch", help="the branch it is released from (default: the one that is checked out)")


def _bases(wiring: Wiring, commit: str, *, resolved: bool) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
    """What the images are built from, and notes. No registry is asked when nothing would be built."""
    from release.errors import NotFoundError
    from release.images import reading, resolve

    try:
        config = wiring.config_at(commit)
    except NotFoundError as error:
        return {}, [f"no image counts: {error.message}; {error.next_step}"]
    readings = [reading.read(image, wiring.git, commit) for image in config.images.values()]
    if config.pinned:
        reading.check_pinned(readings)
    notes = (*reading.notes(readings), *agreed(wiring, commit, config))
    return resolve.said(readings, wiring.bases) if resolved else {}, notes


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """What would be released and why; exit code 3 when nothing would."""
    from release.deployments import diffreport
    from release.errors import NothingToRelease
    from release.report import Report
    from release.versions import plan, releaseplan, version

    found = plan.plan_release(wiring.git, wiring.versions, wiring.changes, args.revision, branch=args.branch)
    answer = found.answer
    differences = None
    if wiring.changes is not None:
        bases, notes = _bases(wiring, answer.commit, resolved=answer.is_due)
        differences, said = _differences(wiring, answer) if answer.is_due else (None, ())
        found = releaseplan.with_bases(found, bases, (*notes, *said))
    elif not wiring.has_settings:
        alone = "there is no release.toml, so no workflow releases it: release init writes both"
        found = releaseplan.with_bases(found, {}, (alone,))
    diff = diffreport.of_differences(differences) if differences else None
    outputs = version.outputs(answer, candidate=True) | {"release": str(answer.is_due).lower()}
    return Report(
        data=version.as_json(answer, candidate=True)
        | releaseplan.as_json(found)
        | {"changes": diff.data if diff else None},
        text="\n\n".join([releaseplan.text(found), *([diff.text] if diff else [])]),
        summary="\n".join([releaseplan.summary(found), *([diff.summary] if diff else [])]),
        outputs=outputs,
        exit_code=0 if answer.is_due else NothingToRelease.exit_code,
    )


def _differences(wiring: Wiring, answer: NextVersion) -> tuple[Differences | None, Sequence[str]]:
    """What releasing the commit would change in the last environment; None and why, where that cannot be told.

    It decides nothing, so what is not known here (no credentials, on a pull request) is a note and never a refusal.
    """
    from release.deployments import plandiff
    from release.deployments.plandiff import Present
    from release.errors import ReleaseError

    try:
        settings = wiring.settings_at(answer.commit)
        if wiring.changes is None or settings is None or not settings.environments:
            return None, ()
        environment = list(settings.environments)[-1]
        before, note = _before(wiring, environment, answer)
        images, bills = _built(wiring, answer.commit)
        present = Present(
            version=str(answer.version),
            commit=answer.commit,
            changed=wiring.changes(before.commit, answer.commit),
            images=images,
            bill=lambda image: bills.get(image.sbom) or wiring.store.blob(image.repository, image.sbom),
        )
        with wiring.scratch() as folder:
            sources = wiring.git, wiring.settings_at, folder
            return plandiff.compare(before, present, environment, *sources, notes=[note]), ()
    except ReleaseError as error:
        return None, [f"what it would change is not told: {error.message}"]


def _before(wiring: Wiring, environment: str, answer: NextVersion) -> tuple[LiveBefore, str]:
    """What is compared with, and which that is: what is live, where it may be read; else the release before."""
    from release.deployments import observe
    from release.deployments.plandiff import LiveBefore
    from release.errors import ReleaseError

    why = "there are no AWS credentials here"
    if wiring.may_ask_aws:
        try:
            with wiring.target(environment) as target:
                if (live := target.ledger().live) is None:
                    return LiveBefore(images={}), f"nothing is live in {environment}"
                record = observe.deployed(live.claim, target).record
            commit = wiring.git.resolve(live.claim.commit)
            return LiveBefore(live.claim.version, commit, record.images), f"compared with what is live in {environment}"
        except ReleaseError as error:
            why = error.message
    if answer.previous is None:
        return LiveBefore(), f"nothing was released before; what is live in {environment} is not known: {why}"
    name = answer.previous.name
    before = LiveBefore(str(answer.previous.version), wiring.git.resolve(name))
    return before, f"compared with {name} as git has it; what is live in {environment} is not known: {why}"


def _built(wiring: Wiring, commit: str) -> tuple[Mapping[str, RecordedImage], Mapping[str, bytes]]:
    """The images of ``commit`` that this machine has, and the bills of materials of those that were scanned."""
    from release.digest import sha256
    from release.images import build, startfigures
    from release.releases.record import RecordedImage

    if not wiring.workspace.folder.is_dir():
        return {}, {}
    config = wiring.config_at(commit)
    plans = build.plan_builds(config, commit, wiring.git, wiring.workspace, None, wiring.bases_of_build())
    images, bills = {}, {}
    for plan in plans:
        if archive := plan.archive:
            bill = wiring.records.sbom(plan.image, archive.digest)
            found = archive.manifest
            bills[sha256(bill)] = bill
            started = wiring.starts.start(plan.image, archive.digest)
            images[plan.image] = RecordedImage(
                config.images[plan.image].repository,
                *(archive.digest, plan.inputs, found.platform, found.size, sha256(bill) if bill else ""),
                starts=startfigures.figures(started) if started else {},
            )
    return images, bills
