"""What an image's layers hold: declared packages, a second opinion on what the scanner must have seen; files' times."""

from __future__ import annotations

import json
import re
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from release.adapters.layout import blob_path
from release.errors import RemoteError
from release.images.model import Stray
from release.oci import Layer, Manifest

#: PyPA, "Recording installed projects" (METADATA) and the older egg format (PKG-INFO)
_DECLARES = re.compile(r"\.dist-info/METADATA\Z|\.egg-info/PKG-INFO\Z")

#: What the distribution's own package manager installed is listed among its packages, not among Python's.
_SYSTEM = ("usr/lib/", "usr/lib64/", "usr/share/")


def python_metadata(layout: Path, manifest: Manifest, kept: Path | None = None) -> frozenset[str]:
    """The files that declare installed Python packages in the finished image, outside the distribution's own folders.

    Whiteouts are followed (OCI image specification 1.1, "Whiteouts").

    Args:
        kept: a folder that keeps what each layer says, by its digest; None reads every layer anew.

    Raises:
        RemoteError: a layer cannot be read here (another compression than gzip, or damaged).
    """
    found: set[str] = set()
    for layer in manifest.layers:
        gone, here = _layer(layout, layer.digest, kept)
        for path in gone:
            found = _without(found, path)
        found |= set(here)
    return frozenset(found)


def _layer(layout: Path, digest: str, kept: Path | None) -> tuple[list[str], list[str]]:
    """What a layer takes away from those below it, and the declaring files that it brings."""
    note = kept / f"python-metadata-1-{digest.removeprefix('sha256:')}.json" if kept else None
    if note and note.is_file():
        try:
            gone, here = json.loads(note.read_text(encoding="utf-8"))
            return list(gone), list(here)
        except (ValueError, TypeError):
            note.unlink()  # half-written by a machine that lost its power: read the layer again
    gone, here = _read_layer(blob_path(layout, digest), digest)
    if note:
        note.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=note.parent, delete=False, encoding="utf-8") as file:
            json.dump([gone, here], file)
        Path(file.name).replace(note)
    return gone, here


def _read_layer(path: Path, digest: str) -> tuple[list[str], list[str]]:
    gone, here = [], []
    try:
        with tarfile.open(path, "r:*") as tar:
            for member in tar:
                name = str(PurePosixPath(member.name.lstrip("/")))
                folder, _, base = name.rpartition("/")
                if base == ".wh..wh..opq":
                    gone.append(folder)
                elif base.startswith(".wh."):
                    gone.append(f"{folder}/{base[4:]}".lstrip("/"))
                elif _DECLARES.search(name) and not name.startswith(_SYSTEM):
                    here.append(name)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise RemoteError(f"layer {digest} cannot be read: {error}") from error
    return gone, here


def _without(paths: set[str], gone: str) -> set[str]:
    return {path for path in paths if path != gone and not path.startswith(f"{gone}/")}


#: PEP 552: magic number, flags (bit 0: checked by hash), then the source's time where it is not; 4 bytes each
_BY_HASH = 1


def stray(layout: Path, layer: Layer, since: int) -> Stray | None:
    """What in ``layer`` has the time ``since`` (seconds) or a later one; None where nothing has.

    Raises:
        RemoteError: the layer cannot be read here (another compression than gzip, or damaged).
    """
    listed: list[tuple[bool, int, str]] = []
    inside: list[tuple[bool, int, str]] = []
    try:
        with tarfile.open(blob_path(layout, layer.digest), "r:*") as tar:
            for member in tar:
                if member.mtime >= since:
                    listed.append((not member.isdir(), int(member.mtime), member.name))
                elif member.isreg() and member.name.endswith(".pyc") and (time := _source_time(tar, member)) >= since:
                    inside.append((True, time, member.name))
    except (tarfile.TarError, OSError, EOFError) as error:
        raise RemoteError(f"layer {layer.digest} cannot be read: {error}") from error
    if not (found := listed or inside):
        return None
    _, time, path = max(found)  # a file says more than its folder
    return Stray(layer, path, time, len(found), inside=not listed)


def _source_time(tar: tarfile.TarFile, member: tarfile.TarInfo) -> int:
    """The source's time in a compiled file; 0 where there is none."""
    content = tar.extractfile(member)
    head = content.read(12) if content else b""
    if len(head) < 12 or int.from_bytes(head[4:8], "little") & _BY_HASH:
        return 0
    return int.from_bytes(head[8:12], "little")
