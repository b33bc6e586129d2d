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
from release.releases.tags import checked_version
from release.settings.config import Config
from release.settings.images import ImageSpec

log = logging.getLogger("release.publish")


#: Amazon ECR takes at most 1,000 tags an image ("Amazon ECR service quotas"); from here on an image gets no more names
#: that only people look at, and what has to be named still can be.
MOST_NAMES = 900


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

    An image that the registry has already gets no new name: which release it belongs to is in the records. A new one
    gets its first candidate's version and commit, for people who look in a console, and ``inputs-…`` last: its presence
    means that the others are there.

    Raises:
        NotFoundError: an image was not built.
        ConflictError: the version names another digest already (faults.md, 14).
    """
    checked_version(version)
    return tuple(_publication(config.images[item.image], item, version, commit, tags[item.image]) for item in images)


def _publication(image: ImageSpec, item: ImagePlan, version: str, commit: str, named: Mapping[str, str]) -> Publication:
    if item.source == "build":
        raise NotFoundError(
            f"image {item.image} (inputs {item.inputs}) was not built",
            untouched="the registry",
            next_step="release build",
        )
    wanted: tuple[str, ...] = ()
    if named.get(inputs_tag(item.inputs)) != item.digest:
        full = names_left(item.digest, named) <= 0
        wanted = (*(() if full else (version, f"sha-{commit}")), inputs_tag(item.inputs))
    for tag in wanted:
        if named.get(tag, item.digest) != item.digest:
            raise _moved(f"tag {tag} of image {item.image} names {named[tag]}, this build is {item.digest}")
    missing = tuple(tag for tag in wanted if tag not in named)
    push = item.digest not in named.values()
    return Publication(item.image, image.repository, item.inputs, item.digest, push, missing)


def names_left(digest: str, named: Mapping[str, str]) -> int:
    """How many names for people ``digest`` still takes (faults.md, 52)."""
    return MOST_NAMES - sum(1 for each in named.values() if each == digest)


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
            next_step="hand on what release build printed as digests, all of it",
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
    """Push every archive, lay its bill of materials beside it, then write the tags.

    A release counts only when its record is named, which comes after this. So a crash at any point leaves a version
    that no deployment accepts, and the same command finishes it.

    Args:
        sboms: image -> its bill of materials, of those that the registry has none of yet.
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
        if sbom := (sboms or {}).get(item.image):
            registry.attach(item.repository, item.digest, sbom)
        for tag in item.tags:
            registry.tag(item.repository, item.digest, tag)
