"""A root file system as an OCI image layout, the same bytes for the same files.

Source of the format: OCI Image Format Specification 1.1, "Image Layout", "Image Manifest" and "Image Configuration".
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

EPOCH = 1735689600  # 2025-01-01T00:00:00Z, the time of every file: the real one would make every digest differ
CREATED = "2025-01-01T00:00:00Z"


@dataclass(frozen=True)
class ImageConfig:
    """What the image's configuration says besides its layer."""

    architecture: str
    env: Mapping[str, str]
    entrypoint: Sequence[str]
    working_dir: str
    comment: str
    command: Sequence[str] = ()


class _Hashing(io.RawIOBase):
    """A file that hashes what passes through."""

    def __init__(self, sink: IO[bytes] | gzip.GzipFile) -> None:
        self.sink = sink
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self.hash.update(data)
        return self.sink.write(data)

    @property
    def digest(self) -> str:
        return f"sha256:{self.hash.hexdigest()}"


def write_layout(rootfs: Path, config: ImageConfig, layout: Path) -> str:
    """Write ``rootfs`` as a one-layer image to the folder ``layout``; the manifest's digest."""
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    partial = blobs / "partial"
    with partial.open("wb") as file:
        packed = _Hashing(file)
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as zipped:
            plain = _Hashing(zipped)
            _write_tar(rootfs, plain)
    size = partial.stat().st_size
    partial.rename(blobs / packed.digest.removeprefix("sha256:"))
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": packed.digest, "size": size}
    image = {
        "architecture": config.architecture,
        "os": "linux",
        "created": CREATED,
        "config": {
            "Env": [f"{name}={value}" for name, value in config.env.items()],
            **({"Entrypoint": list(config.entrypoint)} if config.entrypoint else {}),
            **({"Cmd": list(config.command)} if config.command else {}),
            "WorkingDir": config.working_dir,
        },
        "rootfs": {"type": "layers", "diff_ids": [plain.digest]},
        "history": [{"created": CREATED, "comment": config.comment}],
    }
    described = _blob(blobs, "application/vnd.oci.image.config.v1+json", image)
    media_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": media_type, "config": described, "layers": [layer]}
    entry = _blob(blobs, media_type, manifest)
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return str(entry["digest"])


def _blob(blobs: Path, media_type: str, content: Mapping[str, object]) -> dict[str, str | int]:
    data = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}


def _write_tar(rootfs: Path, sink: _Hashing) -> None:
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        for folder, folders, files in os.walk(rootfs):
            folders.sort()
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in sorted([*files, *folders]):
                path = Path(folder) / name
                info = tar.gettarinfo(path, arcname=str(path.relative_to(rootfs)))
                info.uid = info.gid = 0
                info.uname = info.gname = "root"
                info.mtime = EPOCH
                if info.islnk():  # a second name of a file: order of discovery would decide which is the link
                    info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
                if info.isreg():
                    with path.open("rb") as content:
                        tar.addfile(info, content)
                else:
                    tar.addfile(info)
            folders[:] = [name for name in folders if name not in links]
