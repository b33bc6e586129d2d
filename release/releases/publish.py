"""release publish: archives into the registry, with their names. Running it again writes only what is missing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from release.errors import ConflictError, NotFoundError, UsageError
from release.images.build import ImagePlan
from release.images.inputs import inputs_tag
from release.images.ports import Registry, Workspace
from release.oci import checked_platform
from release.releases.tags import checked_version, commit_of, release_tags
from release.settings.config import Config

log = logging.getLogger("release.publish")


@dataclass(frozen=True)
class Publication:
    """What publishing one image takes: ``push`` its archive or not, then write ``tags`` in this order."""

    image: str
    repository: str
    inputs: str
    digest: str
    push: bool
    tags: tuple[str, ...]


def plan_publication(
    config: Config,
    version: str,
    commit: str,
    images: tuple[ImagePlan, ...],
    tags: Mapping[str, Mapping[str, str]],
) -> tuple[Publication, ...]:
    """Per image: what to push and which tags are missing. Looks at every image before anything is changed.

    Raises:
        NotFoundError: an image was not built.
        ConflictError: the version names another digest or another commit already (faults.md, 14).
    """
    checked_version(version)
    publications = []
    for item in images:
        named = tags[item.image]
        if item.source == "build":
            raise NotFoundError(
                f"image {item.image} (inputs {item.inputs}) was not built",
                untouched="the registry",
                next_step="release build",
            )
        wanted = (inputs_tag(item.inputs), *release_tags(version, commit))
        bound = commit_of(version, named)
        if bound and bound != commit:
            raise _moved(f"v{version} of image {item.image} was made from commit {bound}")
        for tag in wanted:
            if named.get(tag, item.digest) != item.digest:
                raise _moved(f"tag {tag} of image {item.image} names {named[tag]}, this build is {item.digest}")
        missing = tuple(tag for tag in wanted if named.get(tag) != item.digest)
        push = item.digest not in named.values()
        publications.append(
            Publication(item.image, config.images[item.image].repository, item.inputs, item.digest, push, missing)
        )
    return tuple(publications)


def check_arrival(images: tuple[ImagePlan, ...], expected: Mapping[str, str], workspace: Workspace) -> None:
    """The archives are those that were handed on: one per image, with the digest its builder named.

    Raises:
        UsageError: an image was named that there is not, or one was not named.
        ConflictError: an archive is missing or is another one.
    """
    if set(expected) != {item.image for item in images}:
        raise UsageError(
            f"--expect names {', '.join(expected) or 'nothing'}, release.toml {', '.join(i.image for i in images)}",
            untouched="the registry",
        )
    for item in images:
        archive = workspace.archive(item.image, item.inputs)
        if archive is None or archive.digest != expected[item.image]:
            raise ConflictError(
                f"the archive of image {item.image} is {archive.digest if archive else 'missing'}, "
                f"handed on was {expected[item.image]}",
                untouched="the registry",
                next_step="run the whole workflow again",
            )


def _moved(what: str) -> ConflictError:
    return ConflictError(
        f"{what}; a name never moves", untouched="the registry", next_step="release it under the next version"
    )


def apply(
    publications: tuple[Publication, ...],
    config: Config,
    registry: Registry,
    workspace: Workspace,
    sboms: Mapping[str, bytes] | None = None,
) -> None:
    """Push every archive, then write the tags, on each image the binding of version to commit last.

    A version counts only when every image has that binding. So a crash at any point leaves a version that no
    deployment accepts, and the same command finishes it.
    """
    for item in publications:
        if item.push:
            archive = workspace.archive(item.image, item.inputs)
            if archive is None or archive.digest != item.digest:
                raise NotFoundError(
                    f"the archive of image {item.image} is gone",
                    untouched="the registry",
                    next_step="release build",
                )
            checked_platform(archive.manifest, config.images[item.image].platform, item.image)
            log.info("pushing image %s, %s", item.image, item.digest)
            registry.push(item.repository, archive)
    for item in publications:
        if item.tags and (sbom := (sboms or {}).get(item.image)):
            registry.attach(item.repository, item.digest, sbom)
        for tag in item.tags:
            registry.tag(item.repository, item.digest, tag)
