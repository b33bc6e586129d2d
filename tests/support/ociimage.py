"""Small OCI layouts as an engine would write them, and the ways in which one can be broken.

Layout: OCI image specification 1.1, "Image Layout".
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from release.oci import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"


def digest_of(content: bytes) -> str:
    """``sha256:…`` of ``content``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def tar_of(files: Mapping[str, bytes], time: int = 0) -> bytes:
    """A tar with ``files``, each with ``time``; equal files give equal bytes."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), time
            tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def descriptor(content: bytes, media_type: str, **more: object) -> dict[str, Any]:
    """The descriptor of ``content``."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content), **more}


def image_blobs(
    files: Mapping[str, bytes],
    *,
    architecture: str = "amd64",
    docker: bool = False,
    base: bytes = b"base",
    time: int = 0,
) -> tuple[bytes, dict[str, bytes]]:
    """``(manifest, digest -> blob)`` of an image with a base layer and a layer of ``files``."""
    layers = [tar_of({"base": base}), tar_of(files, time)]
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "history": [{"created_by": "FROM base"}, {"created_by": "COPY . /"}],
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST if docker else OCI_MANIFEST,
            "config": descriptor(config, CONFIG_TYPE),
            "layers": [descriptor(layer, LAYER_TYPE) for layer in layers],
        }
    ).encode()
    return manifest, {digest_of(blob): blob for blob in (manifest, config, *layers)}


def write_layout(path: Path, blobs: Mapping[str, bytes], manifests: Sequence[Mapping[str, Any]]) -> None:
    """An OCI layout of ``blobs`` in the folder ``path``, whose index lists ``manifests``; blobs that are there stay."""
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(manifests)}
    (path / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
    for digest, blob in blobs.items():
        if not blob_file(path, digest).exists():
            blob_file(path, digest).write_bytes(blob)
    (path / "index.json").write_text(json.dumps(index))
    (path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')


def blob_file(path: Path, digest: str) -> Path:
    """Where the layout ``path`` has a blob."""
    return path / "blobs" / digest.replace(":", "/")


def write_image(
    path: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    architecture: str = "amd64",
    docker: bool = False,
    time: int = 0,
) -> str:
    """A valid layout of one image, the files of its second layer with ``time``; its manifest's digest."""
    manifest, blobs = image_blobs(files or {"app.py": b"print()"}, architecture=architecture, docker=docker, time=time)
    media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
    write_layout(path, blobs, [descriptor(manifest, media_type)])
    return digest_of(manifest)


def write_attested(path: Path) -> str:
    """What an engine writes with provenance on: an index of the image and its attestation; the inner index's digest."""
    manifest, blobs = image_blobs({"app.py": b"print()"})
    attestation, more = image_blobs({"provenance.json": b"{}"})
    inner = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [
                descriptor(manifest, OCI_MANIFEST, platform={"os": "linux", "architecture": "amd64"}),
                descriptor(attestation, OCI_MANIFEST, platform={"os": "unknown", "architecture": "unknown"}),
            ],
        }
    ).encode()
    write_layout(path, {**blobs, **more, digest_of(inner): inner}, [descriptor(inner, OCI_INDEX)])
    return digest_of(inner)


def write_two_images(path: Path) -> None:
    """A layout of two images, as a build for two platforms gives."""
    first, blobs = image_blobs({"app.py": b"1"})
    second, more = image_blobs({"app.py": b"1"}, architecture="arm64")
    write_layout(path, {**blobs, **more}, [descriptor(first, OCI_MANIFEST), descriptor(second, OCI_MANIFEST)])


def truncate(path: Path, keep: float = 0.6) -> None:
    """Cut the largest blob off, as a full disk or a killed engine leaves it."""
    largest = max((path / "blobs" / "sha256").iterdir(), key=lambda file: file.stat().st_size)
    content = largest.read_bytes()
    rewrite(largest, content[: int(len(content) * keep)])


def damage(path: Path, content: bytes = b"print()") -> None:
    """Change one byte of a layer, as a bad disk does."""
    file, raw = next((f, raw) for f in (path / "blobs" / "sha256").iterdir() if content in (raw := f.read_bytes()))
    at = raw.index(content)
    rewrite(file, raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


def rewrite(file: Path, content: bytes) -> None:
    """Another content under the same name; the file's other names keep theirs."""
    file.unlink()
    file.write_bytes(content)


def without_blob(path: Path, digest: str) -> None:
    """Leave one blob out of the layout."""
    blob_file(path, digest).unlink()


def read_blobs(path: Path) -> dict[str, bytes]:
    """Digest -> content of every blob, by their files' own names; nothing is verified."""
    return {f"sha256:{file.name}": file.read_bytes() for file in (path / "blobs" / "sha256").iterdir()}
