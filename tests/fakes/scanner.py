"""A scanner that knows the images and files it was told of, and refuses everything else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from release.errors import GateError, ReleaseError, RemoteError
from release.gate.database import Database
from release.gate.findings import ImageScan, ScanReport
from release.gate.ports import Scanner
from release.oci import Manifest


class FakeScanner(Scanner):
    """The Scanner port.

    ``scans`` holds what each archive or ``uri`` gives: a scan, or the error that is raised. The database must have been
    asked for before anything is scanned, as with the real one.
    """

    name = "fake scanner 1.0"

    def __init__(
        self,
        database: Database | ReleaseError,
        scans: dict[str, ImageScan | ReleaseError],
        files: dict[str, ScanReport] | None = None,
    ) -> None:
        self._database, self._scans, self._files = database, scans, files or {}
        self._ready = False
        self.scanned: list[str] = []

    def database(self) -> Database:
        if isinstance(self._database, ReleaseError):
            raise self._database
        self._ready = True
        return self._database

    def archive(self, path: Path) -> ImageScan:
        return self._scan(path.name)

    def code(self, path: Path) -> ImageScan:
        return self._scan(path.name)

    def remote(self, uri: str, manifest: Manifest) -> ImageScan:
        if not uri.endswith(f"@{manifest.digest}"):
            raise GateError(f"{uri} is not named by its digest {manifest.digest}", untouched="everything")
        return self._scan(uri)

    def files(self, root: Path, files: Sequence[str]) -> ScanReport:
        assert root.is_absolute()
        return ScanReport().joined(self._files[file] for file in files)

    def _scan(self, subject: str) -> ImageScan:
        if not self._ready:
            raise RemoteError("nothing can be scanned before the database is there")
        self.scanned.append(subject)
        answer = self._scans[subject]
        if isinstance(answer, ReleaseError):
            raise answer
        return answer
