"""Writing committed files to a folder, byte for byte as they are committed.

Neither ``git archive`` nor ``git checkout-index`` does that: both read ``.gitattributes`` (export-ignore, export-subst,
eol, working-tree-encoding, filters), the machine's configuration (core.autocrlf) and ``.git/info/attributes``, so that
equal trees give different files, or leave some out. Here ``ls-tree`` names the blobs and ``cat-file --batch`` gives
them as they are stored (gitattributes(5); git-cat-file(1), "BATCH OUTPUT").

A file of Git LFS is committed as a pointer that holds the SHA-256 of its content, so content that has that hash is what
was committed; a function with the pointer itself would only fail later.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from release.errors import ConflictError, NotFoundError, ReleaseError

#: Git LFS specification, "The Pointer": the first line, a line each for oid and size, at most 1024 bytes.
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:(?P<oid>[0-9a-f]{64})\n"
    rb"(?:[a-z0-9.-]+ [^\n]*\n)*"
)
_POINTER_SIZE = 1024
_LINK, _EXECUTABLE, _SUBMODULE = "120000", "100755", "160000"


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file of a tree: its mode as git writes it, its object's id, its path from the top of the repository."""

    mode: str
    object_id: str
    path: str


def entries(listing: str) -> tuple[TreeFile, ...]:
    """What ``git ls-tree -r -z`` printed, by path. Raises NotFoundError for a submodule."""
    found: dict[str, TreeFile] = {}
    for line in filter(None, listing.split("\0")):
        meta, _, path = line.partition("\t")
        mode, _, object_id = meta.split(" ")
        if mode == _SUBMODULE:
            raise NotFoundError(
                f"{path} is a submodule: its files are in another repository, not in this commit",
                untouched="everything",
                next_step="commit its files here (git subtree add), or leave it out of the inputs in release.toml",
            )
        found[path] = TreeFile(mode, object_id, path)
    return tuple(found[path] for path in sorted(found))


def write(files: Sequence[TreeFile], blobs: BinaryIO, folder: Path, epoch: int, large: Callable[[], Path]) -> None:
    """Write ``files`` below ``folder``, each file and folder with the time ``epoch`` and the modes 644 or 755.

    Args:
        blobs: what ``git cat-file --batch`` printed for the ids of ``files``, in their order.
        large: where Git LFS keeps content on this machine; asked for only when a pointer is met.

    Raises:
        NotFoundError: an object is not in this clone.
        ConflictError: two paths of which one is below the other's link, or that are one path on this file system.
    """
    links: set[str] = set()
    folders, large = {folder}, functools.cache(large)
    for entry in files:
        target = _place(folder, entry.path, links, folders)
        content, size = _content(blobs, entry)
        try:
            _write(entry, target, content, size, large)
        except FileExistsError as error:
            raise ConflictError(
                f"{entry.path} and another committed path are one and the same on this file system",
                untouched="everything",
                next_step="rename one of them, or build on a file system that tells them apart",
            ) from error
        if entry.mode == _LINK:
            links.add(entry.path)
        else:
            target.chmod(0o755 if entry.mode == _EXECUTABLE else 0o644)
        os.utime(target, (epoch, epoch), follow_symlinks=False)
    for each in sorted(folders, reverse=True):  # a folder's time changes with what is put into it: the inner ones first
        each.chmod(0o755)
        os.utime(each, (epoch, epoch))


def _write(entry: TreeFile, target: Path, content: Iterator[bytes], size: int, large: Callable[[], Path]) -> None:
    if entry.mode == _LINK:
        target.symlink_to(os.fsdecode(b"".join(content)))
        return
    with target.open("xb") as file:
        if size <= _POINTER_SIZE:
            _write_small(b"".join(content), file, entry.path, large)
        else:
            for piece in content:
                file.write(piece)


def _place(folder: Path, path: str, links: set[str], folders: set[Path]) -> Path:
    """Where ``path`` goes, its folders made. A hand-made tree must not write outside ``folder``."""
    parts = path.split("/")
    above = {"/".join(parts[:n]) for n in range(1, len(parts))}
    if above & links or any(part in ("", ".", "..") for part in parts):
        raise ConflictError(
            f"{path!r} leads out of the committed folder",
            untouched="everything",
            next_step="look at the tree (git ls-tree -r HEAD) and commit it without that path",
        )
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    folders |= {folder / name for name in above}
    return target


def _content(blobs: BinaryIO, entry: TreeFile) -> tuple[Iterator[bytes], int]:
    header = blobs.readline().decode().split()
    if len(header) != 3 or header[0] != entry.object_id or header[1] != "blob":
        raise NotFoundError(
            f"the content of {entry.path} ({entry.object_id[:12]}) is not in this clone",
            untouched="everything",
            next_step="git fetch --refetch, then this again",
        )
    return _pieces(blobs, int(header[2])), int(header[2])


def _pieces(blobs: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = blobs.read(min(size, 1 << 20))
        if not piece:
            raise NotFoundError("git ended before it gave every file", untouched="everything", next_step="run it again")
        size -= len(piece)
        yield piece
    blobs.read(1)  # the newline behind each content


def _write_small(content: bytes, file: BinaryIO, path: str, large: Callable[[], Path]) -> None:
    pointer = _POINTER.fullmatch(content)
    if pointer is None:
        file.write(content)
        return
    oid = pointer["oid"].decode()
    kept = large() / oid[:2] / oid[2:4] / oid
    try:
        with kept.open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != oid:
                raise _no_large_file(path, oid, "damaged")
            source.seek(0)
            shutil.copyfileobj(source, file)
    except OSError as error:
        raise _no_large_file(path, oid, "not") from error


def _no_large_file(path: str, oid: str, state: str) -> ReleaseError:
    return NotFoundError(
        f"{path} is kept by Git LFS, and its content ({oid[:12]}) is {state} on this machine",
        untouched="everything",
        next_step="git lfs pull (in a workflow: actions/checkout with lfs: true), then this again",
    )


def batch(files: Sequence[TreeFile]) -> bytes:
    """What ``git cat-file --batch`` reads to give ``files``."""
    return "".join(entry.object_id + "\n" for entry in files).encode()
