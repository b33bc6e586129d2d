"""Several files of the working tree changed together: all of them or none.

Each new content is written beside its file first, so a full disk or a folder that cannot be written stops it before
anything has changed. What is then put in its place is taken back when one of the last steps fails. A process that is
killed in between leaves some files new and some old; the same command again writes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from release.adapters.projectfiles import WorkingTree
from release.adoption.ports import FileChange
from release.errors import MachineError, UsageError

_NEW = ".release-new"


@dataclass
class _Undo:
    """What was done, so that it can be taken back."""

    folders: list[Path] = field(default_factory=list)
    halves: list[Path] = field(default_factory=list)
    done: list[tuple[Path, bytes | None, int]] = field(default_factory=list)

    def run(self) -> None:
        """Back to what was there, as far as the disk lets it."""
        for path, before, mode in reversed(self.done):
            with suppress(OSError):
                if before is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(before)
                    path.chmod(mode)
        for half in self.halves:
            with suppress(OSError):
                half.unlink(missing_ok=True)
        for folder in reversed(self.folders):
            with suppress(OSError):
                folder.rmdir()


class ChangedTogether(WorkingTree):
    """The files below ``folder``."""

    def apply(self, changes: Sequence[FileChange]) -> None:
        """See :class:`release.adoption.ports.FileChanges`."""
        places = [self._place(each) for each in changes]
        undo = _Undo()
        try:
            pairs = [self._beside(each, place, undo) for each, place in zip(changes, places, strict=True)]
            for change, (place, half) in zip(changes, pairs, strict=True):
                undo.done.append((place, change.before, place.stat().st_mode if place.exists() else 0o644))
                if half is None:
                    place.unlink()
                else:
                    half.replace(place)
        except OSError as error:
            undo.run()
            raise MachineError(
                f"{error.filename or self.folder} cannot be written: {error.strerror}",
                untouched="every file",
                next_step="make the folder writable, or free the disk, then run the same command again",
            ) from error
        except BaseException:  # Ctrl-C, too
            undo.run()
            raise

    def _place(self, change: FileChange) -> Path:
        """Where it is written: a link is followed, inside the repository alone. Raises UsageError, ConflictError."""
        top, place = self.folder.resolve(), (self.folder / change.path).resolve()
        if not place.is_relative_to(top):
            raise UsageError(
                f"{change.path} is outside this repository: a link leads to {place}",
                untouched="every file",
                next_step="take the link away, then run the same command again",
            )
        there = place.read_bytes() if place.is_file() else None
        if there != change.before or (place.exists() and not place.is_file()):
            raise UsageError(
                f"{change.path} is another one than a moment ago, or is no file",
                untouched="every file",
                next_step="run the same command again",
            )
        return place

    def _beside(self, change: FileChange, place: Path, undo: _Undo) -> tuple[Path, Path | None]:
        if change.after is None:
            return place, None
        for folder in reversed([each for each in place.parents if not each.exists()]):
            folder.mkdir()
            undo.folders.append(folder)
        half = place.with_name(f".{place.name}{_NEW}")
        undo.halves.append(half)
        half.write_bytes(change.after)
        if place.exists():
            half.chmod(place.stat().st_mode)
        if change.program:
            half.chmod(half.stat().st_mode | 0o111)
        return place, half
