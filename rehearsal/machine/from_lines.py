"""The images that a repository's Dockerfiles build on or copy from, at one commit."""

from __future__ import annotations

from release.images.reading import read
from release.settings.config import Config
from release.versions.ports import Git


def names(config: Config, git: Git, revision: str) -> tuple[str, ...]:
    """Each name once, variables filled in, in the order in which the images of ``config`` need it.

    Raises UsageError with the line that is not understood, NotFoundError for a Dockerfile that is not there.
    """
    commit = git.resolve(revision)
    readings = [read(image, git, commit) for image in config.images.values()]
    return tuple(dict.fromkeys(source.name for reading in readings for source in reading.sources.images))
