"""An image's Dockerfile as it is at a commit, with what release.toml gives it: what is known without any registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from release.errors import UsageError
from release.images import dockerfile
from release.images.dockerfile import Dockerfile
from release.images.sources import Sources, sources
from release.settings.builds import BASE_ARGUMENT
from release.settings.images import ImageSpec
from release.versions.ports import Git


@dataclass(frozen=True)
class Reading:
    """One image's Dockerfile, read.

    Attributes:
        arguments: the build arguments that the build gets: those of release.toml, and the base where it is declared.
        sources: what the image's target is made of.
    """

    image: ImageSpec
    file: Dockerfile
    arguments: Mapping[str, str]
    sources: Sources

    @property
    def floating(self) -> tuple[str, ...]:
        """The names of images that hold no digest, each once."""
        return tuple(dict.fromkeys(source.name for source in self.sources.images if not source.is_pinned))


def read(image: ImageSpec, git: Git, commit: str) -> Reading:
    """Read the Dockerfile of ``image`` at ``commit``.

    Raises:
        NotFoundError: there is none.
        UsageError: with its line; or an argument of release.toml that it does not declare.
    """
    text = git.show(commit, image.dockerfile).decode("utf-8", "surrogateescape")
    file = dockerfile.parse(text, image.dockerfile)
    given = {**({BASE_ARGUMENT: image.base} if image.base else {}), **image.args}
    found = sources(file, image.target, given, image.platform, image.name)
    if unknown := [name for name in image.args if name not in found.declared]:
        raise UsageError(
            f"release.toml: images.{image.name}.args.{unknown[0]} is no argument of {image.dockerfile} "
            f"(it declares: {', '.join(sorted(found.declared)) or 'none'})",
            untouched="everything",
            next_step=f"declare it there (ARG {unknown[0]}), or correct release.toml",
        )
    return Reading(image, file, {name: value for name, value in given.items() if name in found.declared}, found)


def check_pinned(readings: Iterable[Reading]) -> None:
    """Raises UsageError with the line of what may be something else tomorrow (release.toml, ``build.pinned``)."""
    for reading in readings:
        for source in reading.sources.images:
            if not source.is_pinned:
                raise reading.file.error(
                    source.line,
                    f"{source.name} names no digest (…@sha256:…), which build.pinned in release.toml asks for",
                )
        for line, what in reading.sources.fetched.items():
            raise reading.file.error(line, f"ADD {what} has no --checksum, which build.pinned in release.toml asks for")


def notes(readings: Iterable[Reading]) -> tuple[str, ...]:
    """What a person should know: a base that nothing is built from, and what no digest speaks for."""
    readings = tuple(readings)
    found = []
    for base in dict.fromkeys(reading.image.base for reading in readings if reading.image.base):
        having = [reading for reading in readings if reading.image.base == base]
        if not any(BASE_ARGUMENT in reading.sources.used or _names(reading, base) for reading in having):
            files = ", ".join(dict.fromkeys(reading.image.dockerfile for reading in having))
            found.append(
                f"release.toml: no stage of {files} is built from base ({base}): ARG {BASE_ARGUMENT} is its value"
            )
    for reading in readings:
        for line, what in reading.sources.fetched.items():
            found.append(
                f"{reading.image.dockerfile}, line {line}: ADD {what} has no --checksum, so its content is no input of "
                f"image {reading.image.name}"
            )
    return tuple(dict.fromkeys(found))


def _names(reading: Reading, base: str) -> bool:
    return any(source.name == base for source in reading.sources.images)
