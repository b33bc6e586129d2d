"""release promote: a release's version onto the digests that were proven for its commit. Nothing is built or pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from release.errors import ConflictError, NotFoundError
from release.releases.publish import Publication
from release.releases.tags import checked_version, commit_of, release_tags
from release.settings.config import Config


def plan_promotion(
    config: Config,
    version: str,
    commit: str,
    tags: Mapping[str, Mapping[str, str]],
    proven: Mapping[str, Sequence[Mapping[str, str]]],
) -> tuple[Publication, ...]:
    """Per image: the digest of ``commit`` and the tags it still needs. Looks at everything before anything is changed.

    Args:
        version: what the checked tag names.
        tags: image -> tag -> digest.
        proven: environment -> the digest sets (image -> digest) that were proven there.

    Raises:
        NotFoundError: the commit was never published, or its digests were never proven (docs/architecture.md, rule 3).
        ConflictError: the version names something else already.
    """
    checked_version(version)
    digests = {image: named.get(f"sha-{commit}", "") for image, named in tags.items()}
    for image, digest in digests.items():
        if not digest:
            raise NotFoundError(
                f"image {image} was never published for commit {commit[:12]}",
                untouched="the registry and every environment",
                next_step="tag a commit whose run on main finished, or wait for it",
            )
    for environment in sorted({spec.proven_in for spec in config.environments.values()} - {""}):
        if digests not in proven[environment]:
            raise NotFoundError(
                f"the images of commit {commit[:12]} were never proven in {environment}",
                untouched="the registry and every environment",
                next_step=f"release history {environment}; the run on main must end well first",
            )
    return tuple(_publication(config, image, version, commit, digests[image], tags[image]) for image in tags)


def _publication(
    config: Config, image: str, version: str, commit: str, digest: str, named: Mapping[str, str]
) -> Publication:
    taken, bound = named.get(version, digest), commit_of(version, named) or commit
    if taken != digest or bound != commit:
        raise ConflictError(
            f"v{version} of image {image} names {taken}, from commit {bound[:12]}, already; a name never moves",
            untouched="the registry",
            next_step="release this commit under the next version",
        )
    missing = tuple(tag for tag in release_tags(version, commit) if tag not in named)
    return Publication(image, config.images[image].repository, "", digest, False, missing)
