"""Scan records and bills of materials in the folder that holds the archives, found again by digest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from release.errors import MachineError
from release.gate.scanrecord import ScanRecord, from_json, to_json


@dataclass(frozen=True)
class ScanStore:
    """Records in ``folder``; the newest scan of a digest replaces the one before."""

    folder: Path

    def keep(self, record: ScanRecord, sbom: bytes) -> Path:
        """Write the record, and beside it the bill of materials; whole or not at all. Returns the latter's path.

        Raises MachineError when the folder cannot be written.
        """
        path = self._path(record.image, record.digest, "cdx.json")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if sbom:
                self._write(path, sbom)
            self._write(self._path(record.image, record.digest, "scan.json"), to_json(record).encode())
        except OSError as error:
            raise MachineError(
                f"cannot write to {self.folder}: {error.strerror}", next_step="free it or its disk"
            ) from error
        return path

    def record(self, image: str, digest: str) -> ScanRecord | None:
        """The last record of ``digest``, or None. Raises GateError when it cannot be read."""
        path = self._path(image, digest, "scan.json")
        return from_json(path.read_text()) if path.exists() else None

    def sbom(self, image: str, digest: str) -> bytes:
        """The bill of materials of ``digest``; empty when there is none."""
        path = self._path(image, digest, "cdx.json")
        return path.read_bytes() if path.exists() else b""

    def _path(self, image: str, digest: str, suffix: str) -> Path:
        return self.folder / f"{image}-{digest.removeprefix('sha256:')}.{suffix}"

    def _write(self, path: Path, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
