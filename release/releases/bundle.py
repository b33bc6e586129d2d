"""The bundle: the template and every local file it names, as one deterministic tar.gz.

What goes in is a folder that holds exactly those files. Owner, time and order are fixed, so equal files are equal bytes
of tar; the compressor is zlib's, whose bytes may differ between its builds, which costs nothing: a commit that was
published is never packed again. What comes out is judged before a single byte is written (faults.md, 57).
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from release.errors import ConflictError, UsageError
from release.settings.bundle import Limits as Limits

#: Every file's time: 1980 is the earliest that a ZIP can hold, and sam zips what it finds (PKWARE's APPNOTE, 4.4.6).
EPOCH = 315532800
_PIECE = 1 << 20


def pack(folder: Path, target: Path, limits: Limits) -> None:
    """Write everything below ``folder`` to ``target``, whole or not at all.

    Raises:
        UsageError: there is something else than files and folders, or more than ``limits`` allow.
    """
    new = target.with_name(target.name + ".new")
    try:
        with (
            new.open("wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for entry, path in _entries(folder, limits):
                if path.is_dir():
                    tar.addfile(entry)
                else:
                    with path.open("rb") as content:
                        tar.addfile(entry, content)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _entries(folder: Path, limits: Limits) -> Iterator[tuple[tarfile.TarInfo, Path]]:
    size = 0
    for number, path in enumerate(sorted(folder.rglob("*")), 1):
        name = path.relative_to(folder).as_posix()
        entry = tarfile.TarInfo(name)
        entry.mtime = EPOCH
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise UsageError(
                f"{name} is {'a link' if path.is_symlink() else 'neither a file nor a folder'}; a release holds files",
                untouched="everything",
                next_step="commit what it leads to in its place",
            )
        if path.is_dir():
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        else:
            status = path.stat()
            entry.size, entry.mode = status.st_size, 0o755 if status.st_mode & 0o100 else 0o644
        size += entry.size
        if size > limits.size or number > limits.files:
            raise UsageError(
                f"what the template names is more than {limits.size / 1e6:,.0f} MB or {limits.files:,} files "
                f"(counted until {name})",
                untouched="everything",
                next_step="name a smaller folder in the template, or raise bundle.max-size or bundle.max-files in "
                "release.toml",
            )
        yield entry, path


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Write the bundle ``archive`` below ``folder``, which is there and empty.

    Raises:
        ConflictError: it holds what no bundle of ours holds, is too large, or is cut off; nothing of it is used.
    """
    try:
        with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            entries = tuple(_judged(tar, limits))
            for entry in entries:
                place = folder / entry.name
                if entry.isdir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(entry)
                assert content is not None
                _write(content, place, entry)
            while packed.read(_PIECE):  # to its end, where the checksum of all of it stands
                pass
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise ConflictError(
            f"the release's bundle cannot be unpacked: {' '.join(str(error).split())[:200]}",
            untouched="every environment",
            next_step="release another version",
        ) from error


def _write(content: IO[bytes], place: Path, entry: tarfile.TarInfo) -> None:
    with place.open("xb") as file:
        written = 0
        while piece := content.read(_PIECE):
            written += file.write(piece)
    if written != entry.size:
        raise EOFError(f"{entry.name} ends after {written} of {entry.size} bytes")
    place.chmod(0o755 if entry.mode & 0o100 else 0o644)


def _judged(tar: tarfile.TarFile, limits: Limits) -> Iterator[tarfile.TarInfo]:
    """Every entry, judged by its header before anything is written."""
    size, names = 0, set()
    for number, entry in enumerate(tar, 1):
        parts = PurePosixPath(entry.name).parts
        if not parts or entry.name.startswith("/") or ".." in parts or "\\" in entry.name or "\0" in entry.name:
            raise ValueError(f"{entry.name!r} leads out of it")
        if not (entry.isreg() or entry.isdir()) or entry.sparse:
            raise ValueError(f"{entry.name!r} is neither a file nor a folder")
        if entry.name in names:
            raise ValueError(f"{entry.name!r} stands in it twice")
        names.add(entry.name)
        size += entry.size
        if size > limits.size or number > limits.files:
            raise ConflictError(
                f"the release's bundle is larger than {limits.size / 1e6:,.0f} MB or {limits.files:,} files",
                untouched="every environment",
                next_step="raise bundle.max-size or bundle.max-files in release.toml, or release another version",
            )
        yield entry
