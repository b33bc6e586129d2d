"""Unpacking a release's bundle: judged before a single byte is written, and never more than the limits allow.

Whoever may write to the registry may put anything there; what no bundle of ours holds is refused (faults.md, 57).
"""

from __future__ import annotations

import gzip
import tarfile
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from release.errors import ConflictError
from release.settings.bundle import Limits

_PIECE = 1 << 20
#: Bytes of a name between two slashes: what Linux's and macOS's file systems take (NAME_MAX).
_NAME_MAX = 255
#: What an entry costs beside its content, in bytes: headers, a long name in a header of its own, padding.
_OVERHEAD = 16_384


def largest(limits: Limits) -> int:
    """The most bytes that a bundle within ``limits`` has, packed or not."""
    return limits.size + (limits.files + 1) * _OVERHEAD


def too_large(limits: Limits) -> ConflictError:
    """The refusal of a bundle beyond ``limits``."""
    return ConflictError(
        f"the release's bundle is larger than {limits.size / 1e6:,.0f} MB or {limits.files:,} files",
        untouched="every environment",
        next_step="raise bundle.max-size or bundle.max-files in release.toml, or release another version",
    )


def keeps_case(folder: Path) -> bool:
    """Whether two names in ``folder`` that differ only in case are two files: on Linux, seldom on macOS or Windows."""
    probe = folder / ".a-probe"
    probe.touch()
    try:
        return not (folder / ".A-PROBE").exists()
    finally:
        probe.unlink()


def unpack(archive: Path, folder: Path, limits: Limits, keeps_case: Callable[[Path], bool] = keeps_case) -> None:
    """Write the bundle ``archive`` below ``folder``, which is there and empty.

    Raises:
        ConflictError: it holds what no bundle of ours holds, is too large, or is cut off; nothing of it is used.
    """
    try:
        with _Bounded(archive, largest(limits)) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            entries = tuple(_judged(tar, limits))
            if (one := _alike(entries)) and not keeps_case(folder):
                raise ValueError(f"{one!r} and another name differ only in case, and this machine keeps one of them")
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


class _Bounded(gzip.GzipFile):
    """What was packed, and never more of it than a bundle may have: a few packed bytes may stand for any number.

    tarfile reads a header's long name or attributes at once, however long they say they are; none of ours is.
    """

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self.most = most

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= _PIECE:
            raise ValueError(f"a header of {size} bytes")
        if self.tell() > self.most:
            raise ValueError(f"it goes on after {self.most:,} bytes")
        return super().read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset > self.most + _PIECE:
            raise ValueError(f"it goes on after {self.most:,} bytes")
        return super().seek(offset, whence)


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
    size, names, files, folders = 0, set[str](), set[str](), set[str]()
    for number, entry in enumerate(tar, 1):
        parts = PurePosixPath(entry.name).parts
        if not parts or entry.name.startswith("/") or ".." in parts or "\\" in entry.name or "\0" in entry.name:
            raise ValueError(f"{entry.name!r} leads out of it")
        if entry.name != "/".join(parts) or any(
            len(part.encode(errors="surrogateescape")) > _NAME_MAX for part in parts
        ):
            raise ValueError(f"{entry.name[:80]!r} is no name that a bundle has")
        if not (entry.isreg() or entry.isdir()) or entry.sparse:
            raise ValueError(f"{entry.name!r} is neither a file nor a folder")
        if entry.name in names:
            raise ValueError(f"{entry.name!r} stands in it twice")
        names.add(entry.name)
        folders.update(map(str, PurePosixPath(entry.name).parents))
        if entry.isreg():
            files.add(entry.name)
        size += entry.size
        if size > limits.size or number > limits.files:
            raise too_large(limits)
        yield entry
    if both := files & folders:
        raise ValueError(f"{min(both)!r} is a file and a folder")


def _alike(entries: Sequence[tarfile.TarInfo]) -> str:
    """A name that some file systems take for another one of ``entries``; "" when there is none.

    Files and folders are compared part by part: ``A/x`` and ``a/y`` would share a folder.
    """
    seen: dict[str, str] = {}
    for entry in entries:
        path = PurePosixPath(entry.name)
        for each in (path, *path.parents):
            name = str(each)
            if seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name) != name:
                return name
    return ""
