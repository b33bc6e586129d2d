"""What several stages look at before they decide: the registry's tags, a version's digests, an environment."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from release.deployments import ledger, serving
from release.deployments.deployplan import Observed
from release.deployments.model import Deployment, LiveFunction, Stack
from release.deployments.ports import Cloud
from release.deployments.target import Target
from release.errors import NotFoundError, ReleaseError
from release.images.ports import Registry
from release.oci import checked_platform
from release.releases.model import Release
from release.releases.tags import commit_of
from release.settings import config as config_file
from release.settings.config import Config
from release.versions.order import relation
from release.versions.ports import Git

log = logging.getLogger("release.deploy")


def tags_by_image(config: Config, registry: Registry) -> Mapping[str, Mapping[str, str]]:
    """Image -> tag -> digest, for every image of release.toml. Raises NotFoundError for a missing repository."""
    return {name: registry.tags(image.repository) for name, image in config.images.items()}


def published(version: str, tags: Mapping[str, Mapping[str, str]]) -> Release:
    """The release named ``version``, complete: a digest for every image and the commit.

    Raises:
        NotFoundError: an image has no such version, or the publication was cut off before its last tag.
    """
    commits = {commit_of(version, named) for named in tags.values()}
    missing = [image for image, named in tags.items() if version not in named]
    if missing or None in commits or len(commits) != 1:
        what = f"image {missing[0]} has no such version" if missing else "its publication was not finished"
        raise NotFoundError(
            f"v{version} is not in the registry: {what}",
            untouched="every environment",
            next_step=f"release publish --version {version}, from its commit",
        )
    commit = commits.pop()
    assert commit is not None
    return Release(version, commit, {image: named[version] for image, named in tags.items()})


def commit_of_deployment(entry: Deployment, tags: Mapping[str, Mapping[str, str]]) -> str:
    """The commit a ledger entry's version was made from. Raises NotFoundError when no tag tells."""
    for image in entry.digests:
        commit = commit_of(entry.version, tags.get(image, {}))
        if commit:
            return commit
    raise NotFoundError(
        f"no tag binds v{entry.version} to its commit",
        untouched="everything",
        next_step=f"git tag shows the commit: release publish --version {entry.version} from there",
    )


def check_images(target: Target, release: Release) -> None:
    """Read every image of ``release`` from the registry: it must be there, no index, for the right CPU.

    Raises:
        NotFoundError: a digest is gone from the registry.
        ConflictError: an index, or another architecture (faults.md, 11 and 12).
    """
    for image, digest in release.digests.items():
        try:
            manifest = target.registry.manifest(target.repositories[image], digest)
        except NotFoundError as error:
            raise NotFoundError(
                f"image {image} of v{release.version} is gone from the registry ({digest})",
                untouched="every environment",
                next_step=f"release another version, or publish v{release.version} again from {release.commit[:12]}",
            ) from error
        checked_platform(manifest, target.platforms[image], image)


def config_at(git: Git, commit: str) -> Config:
    """release.toml as it was at ``commit``, read leniently; what this command does not understand of it is logged.

    Raises:
        NotFoundError: the commit is not in this clone, or had no release.toml.
        UsageError: it had one that is not TOML.
    """
    try:
        then = config_file.parse_history(git.show(commit, "release.toml").decode(errors="replace"))
    except ReleaseError as error:
        error.message = f"release.toml at {commit[:12]}: {error.message}"
        raise
    for note in then.notes:
        log.warning("release.toml at %s: %s", commit[:12], note)
    return then


def environment(target: Target, tags: Mapping[str, Mapping[str, str]], *, release: Release | None = None) -> Observed:
    """An environment as it is: ledger, stack, what each alias serves, and how ``release`` relates to it."""
    entries = ledger.deployments(target.name, tags)
    stack = target.stack()
    return Observed(
        environment=target.name,
        entries=ledger.completed(entries, tags),
        unfinished=ledger.unfinished(entries, tags),
        stack=stack,
        live=live_functions(target.functions, target.alias, stack, target.cloud),
        order=_order(stack, release, target.git) if release else "same",
        versions=serving.published_versions(target.cloud.resources(stack.name)) if stack else {},
    )


def live_functions(
    functions: Mapping[str, str], alias: str, stack: Stack | None, cloud: Cloud
) -> Mapping[str, LiveFunction | None]:
    """Image -> what its function's alias serves; None where there is no function (yet).

    Args:
        functions: image -> the stack output that names its function.
    """
    live: dict[str, LiveFunction | None] = {}
    for image, output in functions.items():
        name = stack.outputs.get(output) if stack else None
        live[image] = cloud.live(name, alias) if name else None
    return live


def _order(stack: Stack | None, release: Release, git: Git) -> str:
    live = stack.parameters.get("GitSha", "") if stack else ""
    if not stack or not live:
        return "newer"
    if live == release.commit:
        return "same"
    return relation(
        older=git.is_ancestor(release.commit, live),
        newer=git.is_ancestor(live, release.commit),
        version=release.version,
        live_version=stack.parameters.get("ReleaseVersion", ""),
    )
