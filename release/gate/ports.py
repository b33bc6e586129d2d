"""What this room asks of the world. Adapters implement it, tests pass a fake of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from release.gate.database import Database
from release.gate.findings import ImageScan, ScanReport
from release.gate.scanrecord import ScanRecord
from release.oci import Manifest


class Scanner(Protocol):
    """Reads images and files for vulnerable packages, secrets and misconfigurations. It reports; it does not judge."""

    @property
    def name(self) -> str:
        """Its name, version and checksum, for the record."""

    def database(self) -> Database:
        """Its advisories, fetched when a newer set is due. Raises GateError when they cannot be had."""

    def archive(self, path: Path) -> ImageScan:
        """Scan the only image of an OCI layout. Raises GateError, RemoteError when there is no whole report."""

    def code(self, path: Path) -> ImageScan:
        """Scan a layout that holds a function's code and no system, so none is missing. Raises as ``archive`` does."""

    def remote(self, uri: str, manifest: Manifest) -> ImageScan:
        """Scan the image that a registry has under a digest. Raises as ``archive`` does."""

    def files(self, root: Path, files: Sequence[str]) -> ScanReport:
        """Check Dockerfiles and templates below ``root`` for misconfigurations. Raises as ``archive`` does."""


class ScanRecords(Protocol):
    """Where a scan's verdicts are kept between two commands."""

    def keep(self, record: ScanRecord, sbom: bytes) -> Path:
        """Keep the newest record of a digest and its bill of materials; answers where the latter is."""

    def record(self, image: str, digest: str) -> ScanRecord | None:
        """The last record of ``digest``, or None. Raises GateError when it cannot be read."""

    def sbom(self, image: str, digest: str) -> bytes:
        """The bill of materials of ``digest``; empty when there is none."""
