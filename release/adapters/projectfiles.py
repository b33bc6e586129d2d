"""The working tree as the ProjectFiles port."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from release.errors import MachineError, NotFoundError


@dataclass(frozen=True)
class WorkingTree:
    """The files below ``folder``."""

    folder: Path

    def read(self, path: str) -> bytes:
        """See :class:`release.adoption.ports.ProjectFiles`."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise NotFoundError(
                f"{path} cannot be read: {error.strerror}",
                untouched="everything",
                next_step="correct the path in release.toml or in the template that names it",
            ) from error

    def write(self, path: str, text: str) -> None:
        """See :class:`release.adoption.ports.ProjectFiles`."""
        whole = self.folder / path
        half = whole.with_name(f".{whole.name}.{os.getpid()}")
        try:
            half.write_text(text, encoding="utf-8", newline="\n")
            half.replace(whole)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise MachineError(
                f"{path} cannot be written: {error.strerror}",
                untouched=path,
                next_step="free the disk, or the file's mode",
            ) from error


def project_folder(here: Path) -> Path:
    """The folder of release.toml for a command that was started in ``here``: there, or above it in the repository.

    ``here`` itself where there is none. What lies above the repository's top is somebody else's.
    """
    up = here
    for folder in (whole := here.resolve(), *whole.parents):
        if (folder / "release.toml").is_file():
            return up
        if (folder / ".git").exists():
            break
        up = up / ".."
    return here
