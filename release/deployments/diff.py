"""release diff: what deploying a release would change against what is live. Looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from release import semver
from release.deployments import bills, differences, facts, observe, templatediff
from release.deployments.claims import Result
from release.deployments.differences import Difference, Differences
from release.deployments.diffside import Side, of_release
from release.deployments.model import Stack
from release.deployments.target import Target
from release.errors import RemoteError
from release.releases import recording
from release.releases.model import Release
from release.versions.ports import Git

_OUTSIDE = "was given from outside (RELEASE_PARAMETERS, or by hand), and nothing gives it here"


def compare(target: Target, name: str, git: Git | None) -> Differences:
    """What deploying the release ``name`` ("": the newest) would change in ``target``.

    Args:
        git: the repository, where the command runs in one; it tells the commits between.

    Raises:
        NotFoundError: there is no such release, or its record, its bundle or that of what is live is gone.
        ConflictError: a record, a bundle or the ledger is not what this command wrote.
        UsageError: a template cannot be read.
    """
    release = _release(name, target)
    entry = target.ledger().live
    live = observe.deployed(entry.claim, target) if entry else None
    stack, unread = _stack(target)
    old, new = (of_release(each, target) if each else None for each in (live, release))
    assert new is not None
    before = live.record if live else None
    return Differences(
        environment=target.name,
        live=live.version if live else "",
        version=release.version,
        release=release.digest,
        images=tuple(
            bills.with_packages(each, target.store)
            for each in differences.images(before.images if before else {}, release.record.images)
        ),
        code=bills.code(before, release.record, target),
        parameters=_parameters(old, new, target, stack, as_brought=bool(unread)),
        template=templatediff.templates(old.templates if old else {}, new.templates),
        files=differences.files(old.files() if old else {}, new.files()),
        functions=differences.functions(before.functions if before else {}, release.record.functions),
        smoke=differences.smoke(old.smoke() if old else (), new.smoke()),
        goes_in=facts.between(git, release.commit, live.commit) if git and live else None,
        comes_out=facts.between(git, live.commit, release.commit) if git and live else None,
        notes=(*_record_of(release, target), *((unread,) if unread else _notes(live, stack, target))),
    )


def _stack(target: Target) -> tuple[Stack | None, str]:
    """The stack, and why it cannot be read: who may read releases need not be who may read stacks."""
    try:
        return target.stack(), ""
    except RemoteError as error:
        return None, f"parameters are compared as the releases bring them along: {error.message}"


def _parameters(
    old: Side | None, new: Side, target: Target, stack: Stack | None, *, as_brought: bool
) -> tuple[Difference, ...]:
    """The parameters that differ; one that was given from outside, and that nothing gives here, cannot be compared.

    Args:
        as_brought: compare what the two releases bring along; the stack could not be read.
    """
    if old is None:
        return differences.parameters({}, new.values())
    brought, wanted = old.values(), new.values()
    if as_brought:
        return differences.parameters(brought, wanted)
    have = old.live_values(stack)
    outside = [
        name
        for name in have.keys() & wanted.keys() & brought.keys() - target.overrides.keys()
        if have[name].text not in (None, brought[name].text) and brought[name].text == wanted[name].text
    ]
    both = ({name: each for name, each in side.items() if name not in outside} for side in (have, wanted))
    return (*differences.parameters(*both), *(Difference(name, "not compared", _OUTSIDE) for name in sorted(outside)))


def _release(name: str, target: Target) -> Release:
    """The release that a person calls ``name``; it keeps the version it was called by."""
    asked = name or recording.newest(target.store, target.records).version
    digest, record = recording.named(asked, target.store, target.records)
    version = asked.removeprefix("v")
    return Release(version if semver.try_parse(version) else record.version, digest, record)


def _record_of(release: Release, target: Target) -> Iterator[str]:
    """What the ledgers know against this release: it failed here before, or was never proven where it has to be."""
    last = next((entry for entry in target.ledger() if entry.claim.release == release.digest), None)
    if last and last.result not in (None, Result.PROVEN) and last.outcome:
        yield (
            f"{target.name} ended {last.claim.tag} of this very release as {last.outcome.result.value} on "
            f"{last.claim.began[:10]}: {last.outcome.problem}"
        )
    proven_in = target.environment.proven_in
    if proven_in and not target.ledger(proven_in).has_proven(release.digest):
        yield f"{proven_in} has not proven this release, so {target.name} does not take it"


def _notes(live: Release | None, stack: Stack | None, target: Target) -> tuple[str, ...]:
    if live is None:
        return (f"a stack {stack.name} is there, but no deployment was ever proven",) if stack else ()
    has = stack.parameters.get("ReleaseVersion", "nothing of ours") if stack else None
    if has == live.version:
        return ()
    said = "there is no stack" if has is None else f"the stack has {has}"
    return (f"the ledger says that v{live.version} is live, but {said}; release status {target.name}",)
