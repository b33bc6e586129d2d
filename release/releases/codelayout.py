"""The code of a ZIP function or layer as an image layout without a system, so that it is scanned like an image.

One layer holds the folder as it stands in the bundle (or what a packed file holds), with fixed times, owners and order:
equal code has an equal digest, to which its verdict is bound.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from release.digest import sha256_of_file
from release.errors import UsageError
from release.oci import OCI_MANIFEST
from release.releases.bundle import EPOCH

_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
#: Lambda's limit of a function with its layers, unzipped ("Lambda quotas", Deployment package size).
_MOST = 250 * 1024 * 1024


def write(code: Path, layout: Path, name: str) -> None:
    """Write what ``code`` holds as a layout.

    Args:
        code: a folder, a packed file, or a single file.
        layout: a folder that is made.
        name: whose code it is, for the error.

    Raises:
        UsageError: a packed file cannot be read, or holds more than Lambda takes.
    """
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    written = blobs / "layer"
    with tarfile.open(written, "w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in _files(code, name):
            entry = tarfile.TarInfo(f"var/task/{path}")
            entry.mtime, entry.mode, entry.size = EPOCH, 0o644, len(content)
            tar.addfile(entry, io.BytesIO(content))
    digest, size = sha256_of_file(written), written.stat().st_size
    written.rename(blobs / digest.removeprefix("sha256:"))
    layer = {"mediaType": _LAYER, "digest": digest, "size": size}
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest]}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": _blob(blobs, _CONFIG, config),
        "layers": [layer],
    }
    index = {"schemaVersion": 2, "manifests": [_blob(blobs, OCI_MANIFEST, manifest)]}
    (layout / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")


def _blob(blobs: Path, media_type: str, document: dict[str, Any]) -> dict[str, Any]:
    content = json.dumps(document, sort_keys=True).encode()
    name = hashlib.sha256(content).hexdigest()
    (blobs / name).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(content)}


def _files(code: Path, name: str) -> Iterator[tuple[str, bytes]]:
    if code.is_dir():
        for path in sorted(path for path in code.rglob("*") if path.is_file()):
            yield path.relative_to(code).as_posix(), path.read_bytes()
    elif zipfile.is_zipfile(code) and code.suffix != ".jar":
        yield from _packed(code, name)
    else:
        yield code.name, code.read_bytes()


def _packed(code: Path, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(code) as archive:
            entries = sorted(entry for entry in archive.namelist() if not entry.endswith("/"))
            if sum(archive.getinfo(entry).file_size for entry in entries) > _MOST:
                raise ValueError("it holds more than the 250 MB that Lambda takes")
            yield from ((entry.lstrip("/").replace("../", ""), archive.read(entry)) for entry in entries)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise UsageError(
            f"the code of {name}, {code.name}, cannot be read: {error}",
            untouched="the registry",
            next_step="pack it again, or name the folder in the template",
        ) from error
