"""The folder of images, trusting what it took over (the real one verifies again at each reading)."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from release import oci
from release.errors import RemoteError
from release.images.model import Archive, Stray
from release.images.ports import Workspace
from release.oci import Layer
from tests.support import ociimage


class FakeWorkspace(Workspace):
    """Archives by image and inputs, their files in ``folder``. It looks into no compiled file.

    Attributes:
        earlier: where the next build finds what this one leaves; archives are in ``kept`` anyway.
        unpacked: the layers that were looked into.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.earlier: Path | None = None
        self.unpacked: list[str] = []
        self.kept: dict[tuple[str, str], Archive] = {}

    def archive(self, image: str, inputs: str) -> Archive | None:
        return self.kept.get((image, inputs))

    def lose(self) -> None:
        """What ``make clean`` does."""
        for archive in self.kept.values():
            shutil.rmtree(archive.path)
        self.kept.clear()

    def latest(self, image: str) -> Archive | None:
        return next((archive for (name, _), archive in reversed(self.kept.items()) if name == image), None)

    def hand_on(self, archive: Archive, path: Path) -> None:
        assert archive in self.kept.values()
        (path / "blobs" / "sha256").mkdir(parents=True)
        for digest, blob in ociimage.read_blobs(archive.path).items():
            ociimage.blob_file(path, digest).write_bytes(blob)

    def read(self, image: str, path: Path) -> Archive:
        try:
            digest = oci.manifest_in_index((path / "index.json").read_bytes())
            blobs = ociimage.read_blobs(path)
            if any(ociimage.digest_of(blob) != name for name, blob in blobs.items()):
                raise RemoteError("a blob is damaged")
            manifest = oci.parse_manifest(blobs[digest], blobs[json.loads(blobs[digest])["config"]["digest"]])
        except (OSError, KeyError) as error:
            raise RemoteError(f"{path.name} is no whole OCI layout: {error}") from error
        if any(layer.digest not in blobs for layer in manifest.layers):
            raise RemoteError("a layer is missing")
        for other in blobs.keys() - {digest, manifest.config.digest, *(layer.digest for layer in manifest.layers)}:
            ociimage.without_blob(path, other)
        return Archive(image, "", path, manifest)

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        manifest = self.read(image, path).manifest
        target = self.folder / f"{image}-{inputs}.oci"
        shutil.rmtree(target, ignore_errors=True)
        path.replace(target)
        self.kept[image, inputs] = Archive(image, inputs, target, manifest)
        return self.kept[image, inputs]

    def stray(self, archive: Archive, layer: Layer, since: int) -> Stray | None:
        self.unpacked.append(layer.digest)
        with tarfile.open(fileobj=io.BytesIO(ociimage.read_blobs(archive.path)[layer.digest])) as tar:
            late = sorted((member.mtime, member.name) for member in tar if member.mtime >= since)
        return Stray(layer, late[-1][1], int(late[-1][0]), len(late)) if late else None

    def settle(self, archives: Sequence[Archive]) -> Sequence[Archive]:
        assert all(archive in self.kept.values() for archive in archives)
        return archives

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix="scratch-"))
        try:
            yield folder
        finally:  # out of the way: a test's own folder goes as a whole, and removing thousands one by one takes minutes
            folder.rename(folder.with_name(f"gone-{folder.name}"))
