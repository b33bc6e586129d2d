"""The folder of archives, trusting what it took over (the real one verifies again at each reading)."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from release import oci
from release.errors import RemoteError
from release.images.model import Archive
from release.images.ports import Workspace
from tests.support import ociimage


class FakeWorkspace(Workspace):
    """Archives by image and inputs, their files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[tuple[str, str], Archive] = {}

    def archive(self, image: str, inputs: str) -> Archive | None:
        return self.kept.get((image, inputs))

    def keep(self, image: str, inputs: str, path: Path) -> Archive:
        try:
            with tarfile.open(path) as tar:
                index = tar.extractfile("index.json")
                assert index is not None
                digest = oci.manifest_in_index(index.read())
            blobs = ociimage.read_blobs(path)
            if any(ociimage.digest_of(blob) != name for name, blob in blobs.items()):
                raise RemoteError("a blob is damaged")
            manifest = oci.parse_manifest(blobs[digest], blobs[json.loads(blobs[digest])["config"]["digest"]])
        except (tarfile.TarError, OSError, KeyError, EOFError) as error:
            raise RemoteError(f"{path.name} is no whole OCI archive: {error}") from error
        if any(layer.digest not in blobs for layer in manifest.layers):
            raise RemoteError("a layer is missing")
        target = path.replace(self.folder / f"{image}-{inputs}.tar")
        self.kept[image, inputs] = Archive(image, inputs, target, manifest)
        return self.kept[image, inputs]

    def settle(self, archives: Sequence[Archive]) -> Sequence[Archive]:
        assert all(archive in self.kept.values() for archive in archives)
        return archives

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)
