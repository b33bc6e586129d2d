"""release promote: a release version onto the record that was proven. Nothing is built or pushed; it is one tag."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from release.errors import ConflictError, NotFoundError
from release.images.ports import Registry
from release.releases import recording
from release.releases.ports import Store
from release.releases.publish import names_left
from release.releases.record import ReleaseRecord
from release.releases.tags import checked_version
from release.settings.config import Config
from release.settings.environments import MERGE
from release.settings.order import deployed_on

log = logging.getLogger("release.promote")


@dataclass(frozen=True)
class Promotion:
    """A release version for a record.

    Attributes:
        digest: the record's digest, which is the release.
        missing: whether the version is not written yet.
        named: the images that get the version as a name for people; the others have too many names already.
    """

    version: str
    digest: str
    record: ReleaseRecord
    missing: bool
    named: tuple[str, ...]


def plan_promotion(
    config: Config, version: str, commit: str, store: Store, registry: Registry, proven: Callable[[str, str], bool]
) -> Promotion:
    """What promoting the release of ``commit`` takes. Looks at everything before anything is changed.

    Args:
        version: what the checked tag names.
        proven: whether an environment has proven a record: ``(environment, digest)``.

    Raises:
        NotFoundError: the commit was never published, or its record was never proven (docs/architecture.md, rule 3).
        ConflictError: the version names something else already.
    """
    checked_version(version)
    tags = store.tags(config.records)
    digest = tags.get(recording.commit_tag(commit), "")
    if not digest:
        raise NotFoundError(
            f"commit {commit[:12]} was never published",
            untouched="the registry and every environment",
            next_step="tag a commit whose run on main finished, or wait for it",
        )
    if tags.get(version, digest) != digest:
        raise ConflictError(
            f"v{version} is the release {tags[version][:19]} already; a name never moves",
            untouched="the registry",
            next_step="release this commit under the next version",
        )
    # Where a tag deploys to several environments in turn, deploying proves the release in one before the next takes it.
    merged = deployed_on(config.environments, MERGE)
    for environment in sorted({spec.proven_in for spec in config.environments.values()} & {*merged}):
        if not proven(environment, digest):
            raise NotFoundError(
                f"the release of commit {commit[:12]} was never proven in {environment}",
                untouched="the registry and every environment",
                next_step=f"release history {environment}; the run on main must end well first",
            )
    record = recording.by_digest(digest, store, config.records)
    named = tuple(name for name in record.images if _takes(record, name, version, registry))
    return Promotion(version, digest, record, version not in tags, named)


def _takes(record: ReleaseRecord, name: str, version: str, registry: Registry) -> bool:
    image = record.images[name]
    tags: Mapping[str, str] = registry.tags(image.repository)
    if version in tags or names_left(image.digest, tags) > 0:
        return tags.get(version, image.digest) == image.digest
    log.warning("image %s has so many names that it gets v%s no more; the release has it", name, version)
    return False


def apply(promotion: Promotion, config: Config, store: Store, registry: Registry) -> None:
    """Name the images for people, then the record: its name is what counts, and it is one."""
    for name in promotion.named:
        image = promotion.record.images[name]
        registry.tag(image.repository, image.digest, promotion.version)
    store.tag(config.records, promotion.digest, promotion.version)
