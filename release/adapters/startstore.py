"""Records of starts in the folder that holds the archives, found again by digest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from release.errors import MachineError
from release.images.startrecord import StartRecord, from_json, to_json


@dataclass(frozen=True)
class StartStore:
    """Records in ``folder``."""

    folder: Path

    def keep_start(self, record: StartRecord) -> None:
        """See :class:`release.images.ports.StartRecords`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
                file.write(to_json(record))
            Path(file.name).replace(self._path(record.image, record.digest))
        except OSError as error:
            raise MachineError(
                f"cannot write to {self.folder}: {error.strerror}",
                untouched="the registry and every environment",
                next_step="free it or its disk, then: release start",
            ) from error

    def start(self, image: str, digest: str) -> StartRecord | None:
        """See :class:`release.images.ports.StartRecords`."""
        path = self._path(image, digest)
        return from_json(path.read_bytes(), path.name) if path.exists() else None

    def _path(self, image: str, digest: str) -> Path:
        return self.folder / f"{image}-{digest.removeprefix('sha256:')}.start.json"
