"""What a build sees of its context's files: their names, content and executable bit, and no time but one.

BuildKit copies a file's time and mode into the layer, so both must not depend on when, where and under which umask the
files were written. But it also takes a file of equal name, size, mode and time for the one that it was sent before, in
a context whose folder has the same last name (tried with BuildKit 0.13: ``print(2)`` was built as ``print(1)``). With
equal times that name has to tell different contents apart, and here it does.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class NamedContext:
    """``folder`` is the context, ``dockerfile`` a file; the last folder in either name depends on the content."""

    folder: Path
    dockerfile: Path


@contextmanager
def named_by_content(context: Path, dockerfile: str, epoch: int) -> Iterator[NamedContext]:
    """``context`` with every time set to ``epoch`` and plain modes, under names for one build.

    Args:
        dockerfile: relative to ``context``, or the whole path of one that lies elsewhere.
        epoch: seconds.
    """
    digest = _settled(context, epoch)
    file = context / dockerfile
    of_both = hashlib.sha256(digest.encode() + file.read_bytes()).hexdigest()[:32]
    with tempfile.TemporaryDirectory() as names:
        folder, beside = Path(names, f"context-{digest}"), Path(names, f"dockerfile-{of_both}")
        folder.symlink_to(context.absolute(), target_is_directory=True)
        beside.symlink_to(file.parent.absolute(), target_is_directory=True)
        yield NamedContext(folder, beside / file.name)


def _settled(context: Path, epoch: int) -> str:
    """Give all below ``context`` its time and mode; 32 hex digits over names, modes and content."""
    seen = hashlib.sha256()
    for folder, folders, files in os.walk(context):
        folders.sort()
        for path in (Path(folder), *(Path(folder, name) for name in sorted((*files, *folders)))):
            seen.update(f"{path.relative_to(context)}\0{_kind(path)}\0".encode(errors="surrogateescape"))
            os.utime(path, (epoch, epoch), follow_symlinks=False)
    return seen.hexdigest()[:32]


def _kind(path: Path) -> str:
    """A link's target, a file's digest, and the mode that was set."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_dir():
        path.chmod(0o755)
        return "folder"
    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    with path.open("rb") as content:
        return f"{path.stat().st_mode:o} {hashlib.file_digest(content, 'sha256').hexdigest()}"
