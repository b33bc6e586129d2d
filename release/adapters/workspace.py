"""The Workspace port: a folder of built images (``dist/``), each an OCI layout that is verified whenever it is read.

A second folder may hold the images of the build before, where the first one starts empty each time, as in CI.

A layout's name holds image and inputs, so equal inputs find it again; it appears by rename, so a crash or a full disk
never leaves half of one under that name.
"""

from __future__ import annotations

import errno
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from release.adapters import layout
from release.adapters.layers import stray
from release.errors import MachineError, ReleaseError
from release.images.model import Archive, Stray
from release.oci import Layer

log = logging.getLogger("release.build")
_SUFFIX = ".oci"
_NAME = re.compile(rf"(?P<image>.+)-(?P<inputs>[0-9a-f]{{16}}){re.escape(_SUFFIX)}\Z")


class LocalWorkspace:
    """Images in ``folder``, and those of the build before in ``earlier``."""

    def __init__(self, folder: Path, earlier: Path | None = None) -> None:
        self.folder, self.earlier = folder, earlier

    def archive(self, image: str, inputs: str) -> Archive | None:
        """See :class:`release.images.ports.Workspace`."""
        for folder in (self.folder, self.earlier):
            path = folder / _name(image, inputs) if folder else None
            if path and path.exists() and (found := _read(image, inputs, path)):
                return found
        return None

    def latest(self, image: str) -> Archive | None:
        """See :class:`release.images.ports.Workspace`."""
        found = []
        for folder in (self.folder, self.earlier):
            for path in folder.glob(f"*{_SUFFIX}") if folder else ():
                name = _NAME.match(path.name)
                if name and name["image"] == image:
                    found.append((path.stat().st_mtime, name["inputs"], path))
        for _, inputs, path in sorted(found, reverse=True):
            if archive := _read(image, inputs, path):
                return archive
        return None

    def hand_on(self, archive: Archive, path: Path) -> None:
        """See :class:`release.images.ports.Workspace`."""
        layout.link(archive.path / "blobs", path / "blobs")

    def read(self, image: str, path: Path) -> Archive:
        """See :class:`release.images.ports.Workspace`."""
        layout.tidy(path)
        return Archive(image, "", path, layout.read_layout(path))

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        """See :class:`release.images.ports.Workspace`."""
        read = self.read(image, path)
        target = self.folder / _name(image, inputs)
        with self.scratch() as scratch:
            _put(path, target, scratch)
        return Archive(image, inputs, target, read.manifest)

    def stray(self, archive: Archive, layer: Layer, since: int) -> Stray | None:
        """See :class:`release.images.ports.Workspace`."""
        return stray(archive.path, layer, since)

    def settle(self, archives: Sequence[Archive]) -> Sequence[Archive]:
        """See :class:`release.images.ports.Workspace`."""
        settled = []
        with self.scratch() as scratch:
            for archive in archives:
                target = self.folder / _name(archive.image, archive.inputs)
                _link(archive.path, target, scratch)
                settled.append(replace(archive, path=target))
            if self.earlier:
                self._leave(self.earlier, settled)
        return settled

    def _leave(self, earlier: Path, archives: Sequence[Archive]) -> None:
        earlier.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=earlier) as scratch:
            for archive in archives:
                _link(archive.path, earlier / archive.path.name, Path(scratch))
        for old in set(earlier.glob(f"*{_SUFFIX}")) - {earlier / archive.path.name for archive in archives}:
            shutil.rmtree(old)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """See :class:`release.images.ports.Workspace`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))
        except OSError as error:
            raise MachineError(
                f"cannot write to {self.folder}: {error.strerror}", next_step="free it or its disk"
            ) from error
        try:
            yield folder
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise MachineError(
                f"the disk of {self.folder} is full",
                untouched="every image that was finished",
                next_step="free some room",
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _name(image: str, inputs: str) -> str:
    return f"{image}-{inputs}{_SUFFIX}"


def _read(image: str, inputs: str, path: Path) -> Archive | None:
    try:
        return Archive(image, inputs, path, layout.read_layout(path))
    except ReleaseError as error:
        log.warning("%s is damaged (%s); it is not used", path, error.message)
        return None


def _link(path: Path, target: Path, scratch: Path) -> None:
    """The layout ``path`` also as ``target``; a damaged one that has the name gives way."""
    if path == target:
        return
    copy = scratch / target.name
    layout.link(path, copy)
    _put(copy, target, scratch)


def _put(path: Path, target: Path, scratch: Path) -> None:
    """Move the folder ``path`` to ``target`` at once; a folder cannot replace another one, so that goes first."""
    if target.exists():
        target.replace(scratch / f"before-{target.name}")
    path.replace(target)
