"""Small OCI archives as an engine would write them, and the ways in which one can be broken.

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


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """A tar with ``files``; equal files give equal bytes."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def descriptor(content: bytes, media_type: str, **more: object) -> dict[str, Any]:
    """The descriptor of ``content``."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content), **more}


def image_blobs(
    files: Mapping[str, bytes], *, architecture: str = "amd64", docker: bool = False, base: bytes = b"base"
) -> tuple[bytes, dict[str, bytes]]:
    """``(manifest, digest -> blob)`` of an image with a base layer and a layer of ``files``."""
    layers = [tar_of({"base": base}), tar_of(files)]
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
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
    """An OCI archive of ``blobs`` whose index lists ``manifests``."""
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(manifests)}
    files = {f"blobs/{digest.replace(':', '/')}": blob for digest, blob in blobs.items()}
    files |= {"index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    path.write_bytes(tar_of(files))


def write_image(
    path: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    architecture: str = "amd64",
    docker: bool = False,
) -> str:
    """A valid archive of one image; its manifest's digest."""
    manifest, blobs = image_blobs(files or {"app.py": b"print()"}, architecture=architecture, docker=docker)
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
    """An archive of two images, as a build for two platforms gives."""
    first, blobs = image_blobs({"app.py": b"1"})
    second, more = image_blobs({"app.py": b"1"}, architecture="arm64")
    write_layout(path, {**blobs, **more}, [descriptor(first, OCI_MANIFEST), descriptor(second, OCI_MANIFEST)])


def truncate(path: Path, keep: float = 0.6) -> None:
    """Cut the archive off, as a full disk or a killed engine leaves it."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


def damage(path: Path, content: bytes = b"print()") -> None:
    """Change one byte of a layer, as a bad disk does; the tar stays readable."""
    raw = path.read_bytes()
    at = raw.index(content)
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


def without_blob(path: Path, digest: str) -> None:
    """Leave one blob out of the archive."""
    with tarfile.open(path) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}  # type: ignore[union-attr]  # isfile
    del files[f"blobs/{digest.replace(':', '/')}"]
    path.write_bytes(tar_of(files))


def read_blobs(path: Path) -> dict[str, bytes]:
    """Digest -> content of every blob, by the archive's own names; nothing is verified."""
    with tarfile.open(path) as tar:
        return {
            "sha256:" + m.name.rpartition("/")[2]: tar.extractfile(m).read()  # type: ignore[union-attr]  # isfile
            for m in tar
            if m.isfile() and m.name.startswith("blobs/sha256/")
        }
