"""The Workspace port: a folder of OCI archives (``dist/``), each verified whenever it is read.

A second folder may hold the archives of builds before, where the first one starts empty each time, as in CI.

An archive's name holds image and inputs, so equal inputs find it again; it appears by rename, so a crash or a full disk
never leaves half of one under that name.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from release import oci
from release.errors import MachineError, ReleaseError, RemoteError
from release.images.model import Archive
from release.oci import Manifest

log = logging.getLogger("release.build")
_SUFFIX = ".oci.tar"
_BLOB = re.compile(r"blobs/sha256/([0-9a-f]{64})\Z")


class LocalWorkspace:
    """Archives in ``folder``, and those of builds before in ``earlier``."""

    def __init__(self, folder: Path, earlier: Path | None = None) -> None:
        self.folder, self.earlier = folder, earlier

    def archive(self, image: str, inputs: str) -> Archive | None:
        """See :class:`release.images.ports.Workspace`."""
        for folder in (self.folder, self.earlier):
            path = folder / _name(image, inputs) if folder else None
            if path is None or not path.exists():
                continue
            try:
                return Archive(image, inputs, path, read_archive(path))
            except ReleaseError as error:
                log.warning("%s is damaged (%s); it is not used", path, error.message)
        return None

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        """See :class:`release.images.ports.Workspace`."""
        manifest = read_archive(path)
        target = self.folder / _name(image, inputs)
        path.replace(target)
        return Archive(image, inputs, target, manifest)

    def settle(self, archives: Sequence[Archive]) -> Sequence[Archive]:
        """See :class:`release.images.ports.Workspace`."""
        settled = []
        with self.scratch() as scratch:
            for archive in archives:
                target = self.folder / _name(archive.image, archive.inputs)
                _put(archive.path, target, scratch)
                settled.append(replace(archive, path=target))
                if self.earlier:
                    self.earlier.mkdir(parents=True, exist_ok=True)
                    _put(archive.path, self.earlier / target.name, self.earlier)
        if self.earlier:
            for old in set(self.earlier.glob(f"*{_SUFFIX}")) - {self.earlier / each.path.name for each in settled}:
                old.unlink()
        return settled

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
                untouched="every archive that was finished",
                next_step="free some room",
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _name(image: str, inputs: str) -> str:
    return f"{image}-{inputs}{_SUFFIX}"


def _put(path: Path, target: Path, scratch: Path) -> None:
    """``path`` also as ``target``, which is never half there; a link where the file system has them."""
    if target.exists() and target.samefile(path):
        return
    copy = scratch / f".{target.name}"
    copy.unlink(missing_ok=True)
    try:
        copy.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, copy)
    copy.replace(target)


def read_archive(path: Path) -> Manifest:
    """The manifest of the only image in an OCI archive, after every blob was checked against its digest.

    Raises:
        ConflictError: an index, or several images.
        RemoteError: a truncated tar, a blob that is missing or is not what its name says.
    """
    try:
        with tarfile.open(path) as archive:
            sizes = _verified_blobs(archive, path)
            digest = oci.manifest_in_index(_read(archive, "index.json"))
            raw = blob(archive, digest)
            manifest = oci.parse_manifest(raw, blob(archive, oci.config_descriptor(raw).digest))
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise RemoteError(f"{path.name} is no whole OCI archive: {error}") from error
    for part in (manifest.config, *manifest.layers):
        if sizes.get(part.digest) != part.size:
            raise RemoteError(f"{path.name}: blob {part.digest} is missing or has another size")
    return manifest


def blob(archive: tarfile.TarFile, digest: str) -> bytes:
    """A small blob's content. Raises KeyError when it is not there."""
    return _read(archive, f"blobs/{digest.replace(':', '/')}")


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(f"{name} is no file")
    return member.read()


def _verified_blobs(archive: tarfile.TarFile, path: Path) -> dict[str, int]:
    sizes = {}
    for member in archive:
        match = _BLOB.match(member.name)
        if match and member.isfile():
            content = archive.extractfile(member)
            assert content is not None
            digest = hashlib.file_digest(content, "sha256")  # type: ignore[arg-type]  # an ExFileObject reads like a file
            if digest.hexdigest() != match[1]:
                raise RemoteError(f"{path.name}: blob {match[1][:12]} is damaged")
            sizes["sha256:" + match[1]] = member.size
    return sizes
