"""What several verbs look at before they decide: a release, its images, an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from release.deployments import serving
from release.deployments.claims import Claim
from release.deployments.deployplan import Observed
from release.deployments.ledger import Ledger
from release.deployments.model import LiveFunction, Stack, StackResource
from release.deployments.ports import Cloud
from release.deployments.target import Target
from release.errors import NotFoundError
from release.oci import checked_platform
from release.releases import recording
from release.releases.model import Release
from release.releases.record import RecordedFunction

#: How many entries are looked through for the one that the stack says it runs; a page of the ledger.
_RECENT = 50


def published(version: str, target: Target) -> Release:
    """The release that is named ``version``. Raises NotFoundError, ConflictError."""
    digest, record = recording.recorded(version, target.store, target.records)
    return Release(version, digest, record)


def deployed(claim: Claim, target: Target) -> Release:
    """The release of a deployment, by the name it was deployed as. Raises NotFoundError: its record is gone."""
    return Release(claim.version, claim.release, recording.by_digest(claim.release, target.store, target.records))


def check_images(target: Target, release: Release) -> None:
    """Read every image of ``release`` from the registry: it must be there, no index, for the right CPU.

    Raises:
        NotFoundError: a digest is gone from the registry.
        ConflictError: an index, or another architecture (faults.md, 11 and 12).
    """
    for name, image in release.record.images.items():
        try:
            manifest = target.registry.manifest(image.repository, image.digest)
        except NotFoundError as error:
            raise NotFoundError(
                f"image {name} of v{release.version} is gone from the registry ({image.digest})",
                untouched="every environment",
                next_step=f"release another version than v{release.version}; release history {target.name} has them",
            ) from error
        checked_platform(manifest, image.platform, name)


def environment(target: Target, ledger: Ledger) -> Observed:
    """An environment as it is: ledger, stack, and what each function of its live release serves."""
    stack = target.stack()
    running = _running(stack, ledger)
    live = ledger.live
    shown = running or (live.claim if live else None)
    resources = target.cloud.resources(stack.name) if stack else ()
    return Observed(
        environment=target.name,
        ledger=ledger,
        stack=stack,
        running=running,
        functions=live_functions(_functions(shown, target), resources, target.cloud),
        versions=serving.published_versions(resources),
    )


def _functions(claim: Claim | None, target: Target) -> Mapping[str, RecordedFunction]:
    """The functions of a deployment's release; none when its record is gone, which release status tells."""
    try:
        return deployed(claim, target).record.functions if claim else {}
    except NotFoundError:
        return {}


def _running(stack: Stack | None, ledger: Ledger) -> Claim | None:
    """The newest claim whose release the stack says it has; None when it has none of ours."""
    if stack is None:
        return None
    said = (stack.parameters.get("ReleaseVersion"), stack.parameters.get("GitSha"))
    recent = (entry for _, entry in zip(range(_RECENT), ledger, strict=False))
    brought = (entry.claim for entry in recent if entry.claim.action != "remove")
    return next((claim for claim in brought if (claim.version, claim.commit) == said), None)


def live_functions(
    functions: Mapping[str, RecordedFunction], resources: Sequence[StackResource], cloud: Cloud
) -> Mapping[str, LiveFunction | None]:
    """Logical id -> what the function's alias serves; None where there is no function or alias (yet).

    Args:
        resources: the stack's own, which tell what each function is called.
    """
    names = serving.function_names(resources)
    return {
        logical: cloud.live(names[logical], each.alias) if logical in names else None
        for logical, each in functions.items()
    }
