"""Small OCI layouts made without a container engine: layers from dictionaries of files.

Everything is deterministic (no clock, sorted names), so a digest in a test's failure can be compared between runs.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

OS_RELEASE = 'ID=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Debian {version}"\n'

Files = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One layer: its files, and the Dockerfile instruction that history tells made it."""

    files: Files
    created_by: str


@dataclass(frozen=True)
class Image:
    """An image to write. ``env`` goes into its configuration."""

    steps: Sequence[Step]
    env: Sequence[str] = ()
    architecture: str = "amd64"
    labels: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> str:
        """Write the OCI layout into the folder ``path``, instead of what is there; the manifest's digest."""
        layers = [_layer(step.files) for step in self.steps]
        blobs = [gzip.compress(layer, mtime=0) for layer in layers]
        config = _json(
            {
                "architecture": self.architecture,
                "os": "linux",
                "config": {"Env": list(self.env), "Labels": dict(self.labels)},
                "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
                "history": [{"created_by": step.created_by} for step in self.steps],
            }
        )
        manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": _descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers": [_descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob) for blob in blobs],
            }
        )
        index = _json(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [_descriptor("application/vnd.oci.image.manifest.v1+json", manifest)],
            }
        )
        files = {f"blobs/sha256/{digest_of(blob)[7:]}": blob for blob in (config, manifest, *blobs)}
        files |= {"index.json": index, "oci-layout": _json({"imageLayoutVersion": "1.0.0"})}
        shutil.rmtree(path, ignore_errors=True)
        (path / "blobs" / "sha256").mkdir(parents=True)
        for name, content in files.items():
            (path / name).write_bytes(content)
        return digest_of(manifest)


def layer_digest(files: Files) -> str:
    """The digest that the registry has for a layer of ``files``."""
    return digest_of(gzip.compress(_layer(files), mtime=0))


def digest_of(content: bytes) -> str:
    """``sha256:…``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def debian(version: str = "13", packages: Mapping[str, str] | None = None) -> Step:
    """A base layer: os-release and the package manager's status file."""
    installed = {"base-files": "13.8"} if packages is None else packages
    stanzas = [
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {number}\n"
        for name, number in installed.items()
    ]
    files = {"etc/os-release": OS_RELEASE.format(version=version), "etc/debian_version": f"{version}.1\n"}
    return Step(files | {"var/lib/dpkg/status": "\n".join(stanzas)}, "FROM debian")


def python_package(name: str, version: str, folder: str = "var/task") -> Files:
    """The files by which an installed distribution is known (PyPA, "Recording installed projects")."""
    path = f"{folder}/{name.lower().replace('-', '_')}-{version}.dist-info"
    return {
        f"{path}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{path}/RECORD": "",
        f"{path}/WHEEL": "Wheel-Version: 1.0\n",
    }


def pip_install(name: str, version: str) -> Step:
    """A layer that brings one Python package."""
    return Step(python_package(name, version), f"RUN pip install {name}=={version}")


def deleted(path: str) -> Step:
    """A layer that deletes a file of a layer below (OCI image specification, "Whiteouts")."""
    folder, _, name = path.rpartition("/")
    return Step({f"{folder}/.wh.{name}": ""}, f"RUN rm /{path}")


def _layer(files: Files) -> bytes:
    return _tar({name: content.encode() for name, content in files.items()})


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _json(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
