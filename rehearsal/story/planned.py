"""A change that the story makes in the application's files: what it is, and which images it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.story.edits import edited
from release.errors import UsageError
from release.settings.config import Config
from release.settings.images import ImageSpec
from release.settings.rehearsal import Edit


@dataclass(frozen=True)
class Planned:
    """A commit of the story.

    Attributes:
        files: path in the repository -> its new text, line ends as they were.
        message: the commit's.
        what: in a few words, for the table at the end.
        images: the images that have one of the files among their inputs.
    """

    files: Mapping[str, str]
    message: str
    what: str
    images: frozenset[str]


def text_of(folder: Path, path: str) -> str:
    """A file of the clone, its line ends as they are. Raises UsageError."""
    try:
        with (folder / path).open(encoding="utf-8", newline="") as opened:
            return opened.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"release.toml, [rehearsal]: {path} cannot be changed: {error}",
            untouched="everything that was released until here",
            next_step="name a text file of the repository there",
        ) from error


def named(edit: Edit, message: str, config: Config, folder: Path) -> Planned:
    """The change that release.toml names; ``message`` where it names none. Raises UsageError, NotAsExpected."""
    text = edited(edit, text_of(folder, edit.file))
    return Planned(
        {edit.file: text}, edit.message or message, f"{edit.file}, as release.toml says", owners(config, edit.file)
    )


def owners(config: Config, path: str) -> frozenset[str]:
    """The images that have the file among their inputs."""
    return frozenset(name for name, image in config.images.items() if has(image, path))


def has(image: ImageSpec, path: str) -> bool:
    """Whether the file is below one of the image's inputs."""
    return any(each in (".", path) or path.startswith(f"{each.rstrip('/')}/") for each in image.inputs)
