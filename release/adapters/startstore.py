"""Records of starts in the folder that holds the archives, found again by digest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from release.errors import MachineError
from release.images.startrecord import StartRecord, from_json, to_json


@dataclass(frozen=True)
class StartStore:
    """Records in ``folder``; the last one of each image also in ``earlier``, beside what the next build is to find."""

    folder: Path
    earlier: Path | None = None

    def keep_start(self, record: StartRecord) -> None:
        """See :class:`release.images.ports.StartRecords`."""
        for path in (self._path(record.image, record.digest), self._before(record.image)):
            if path:
                _write(path, to_json(record))

    def start(self, image: str, digest: str) -> StartRecord | None:
        """See :class:`release.images.ports.StartRecords`."""
        return _read(self._path(image, digest))

    def start_before(self, image: str) -> StartRecord | None:
        """See :class:`release.images.ports.StartRecords`."""
        path = self._before(image)
        return _read(path) if path else None

    def _path(self, image: str, digest: str) -> Path:
        return self.folder / f"{image}-{digest.removeprefix('sha256:')}.start.json"

    def _before(self, image: str) -> Path | None:
        return self.earlier / f"{image}.start.json" if self.earlier else None


def _read(path: Path) -> StartRecord | None:
    return from_json(path.read_bytes(), path.name) if path.exists() else None


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    except OSError as error:
        raise MachineError(
            f"cannot write to {path.parent}: {error.strerror}",
            untouched="the registry and every environment",
            next_step="free it or its disk, then: release start",
        ) from error
