"""An image on this machine: an OCI layout, a folder with a file per blob (image specification 1.1, "Image Layout").

A folder and not a tar of it: what did not change is the very file of before under a second name, an engine writes only
the blobs that are missing, the scanner reads it as it is, and nothing is packed or unpacked on the way.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from release import oci
from release.errors import RemoteError
from release.oci import Manifest

_PARTS = re.compile(r"oci-layout\Z|index\.json\Z|blobs/sha256/([0-9a-f]{64})\Z")
_ANEW = "take that layout away (dist/), then release build, which writes it anew"


def blob_path(layout: Path, digest: str) -> Path:
    """The file that holds a blob."""
    return layout / "blobs" / digest.replace(":", "/")


def read_layout(path: Path) -> Manifest:
    """The manifest of the only image in a layout, after every blob was checked against its digest.

    Raises:
        ConflictError: an index, or several images.
        RemoteError: a blob that is missing or is not what its name says, or something that is no part of a layout.
    """
    try:
        sizes = dict(_verified(path))
        manifest = _manifest(path)
    except (OSError, KeyError) as error:
        raise RemoteError(
            f"{path.name} is no whole OCI layout: {error}", untouched="everything", next_step=_ANEW
        ) from error
    for part in (manifest.config, *manifest.layers):
        if sizes.get(part.digest) != part.size:
            raise RemoteError(
                f"{path.name}: blob {part.digest} is missing or has another size",
                untouched="everything",
                next_step=_ANEW,
            )
    return manifest


def tidy(path: Path) -> None:
    """Take away what the only image in a layout does not name: blobs of another image, an engine's folder for uploads.

    Raises as :func:`read_layout` does.
    """
    try:
        manifest = _manifest(path)
        parts = (manifest.digest, manifest.config.digest, *(layer.digest for layer in manifest.layers))
        wanted = {blob_path(path, digest) for digest in parts} | {path / "index.json", path / "oci-layout"}
        for file in _files(path):
            if file not in wanted:
                file.unlink()
        for folder in (path / "ingest", *path.glob("ingest/*")):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
    except OSError as error:
        raise RemoteError(
            f"{path.name} is no whole OCI layout: {error}", untouched="everything", next_step=_ANEW
        ) from error


def link(source: Path, target: Path) -> None:
    """Have the files below ``source`` below ``target`` too, under the same names; what is there stays.

    They are the same files where the file system has links, else copies.
    """
    for file in _files(source):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            continue
        try:
            place.hardlink_to(file)
        except OSError:
            shutil.copyfile(file, place)


def _manifest(path: Path) -> Manifest:
    raw = blob_path(path, oci.manifest_in_index((path / "index.json").read_bytes())).read_bytes()
    return oci.parse_manifest(raw, blob_path(path, oci.config_descriptor(raw).digest).read_bytes())


def _verified(path: Path) -> Iterator[tuple[str, int]]:
    """Digest and size of each blob. Raises RemoteError."""
    for file in _files(path):
        part = _PARTS.match(file.relative_to(path).as_posix())
        if part is None or file.is_symlink():
            raise RemoteError(
                f"{path.name} holds {file.relative_to(path)}, which is no part of an OCI layout",
                untouched="everything",
                next_step=_ANEW,
            )
        if part[1]:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
                size = os.fstat(content.fileno()).st_size
            if digest != part[1]:
                raise RemoteError(
                    f"{path.name}: blob {part[1][:12]} is damaged", untouched="everything", next_step=_ANEW
                )
            yield f"sha256:{digest}", size


def _files(path: Path) -> list[Path]:
    """Whatever is no folder below ``path``. Raises OSError when that is no folder itself."""
    with os.scandir(path):
        pass
    return [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
