"""The bundle: the template and every local file it names, as one deterministic tar.gz.

What goes in is a folder that holds exactly those files. Owner, time and order are fixed, so equal files are equal bytes
of tar; the compressor is zlib's, whose bytes may differ between its builds, which costs nothing: a commit that was
published is never packed again. :mod:`release.releases.unpacking` is the way back.
"""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path

from release.errors import UsageError
from release.settings.bundle import Limits as Limits

#: Every file's time: 1980 is the earliest that a ZIP can hold, and sam zips what it finds (PKWARE's APPNOTE, 4.4.6).
EPOCH = 315532800


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
