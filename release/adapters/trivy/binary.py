"""trivy's binary: found, downloaded or built, and never run unless its checksum is the one on record (faults.md, 3).

The version is pinned because in March 2026 attackers moved trivy-action's tags and published a malicious v0.69.4: a
name is no proof. The checksums are those of the official release's ``trivy_0.72.0_checksums.txt``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import platform
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from release.adapters import process
from release.errors import MachineError, RemoteError

log = logging.getLogger("release.scan")

#: The go.mod and go.sum that pin every source of a build.
RECIPE = Path(__file__).with_name("recipe")

VERSION = "0.72.0"
PACKAGE = "github.com/aquasecurity/trivy/cmd/trivy"
RELEASES = f"https://github.com/aquasecurity/trivy/releases/download/v{VERSION}/"

#: (system, machine) -> the release's archive and its sha256
ARCHIVES = {
    ("Linux", "x86_64"): ("Linux-64bit", "bbb64b9695866ce4a7a8f5c9592002c5961cab378577fa3f8a040df362b9b2ea"),
    ("Linux", "aarch64"): ("Linux-ARM64", "2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467"),
    ("Darwin", "x86_64"): ("macOS-64bit", "ee5e60df8a98e5b89fd74a6d86f9e5c7e9a266a35002cb1e43291698b3bfee08"),
    ("Darwin", "arm64"): ("macOS-ARM64", "88f208680dc05da2b459e19b4f5aa2b4dc7c2117892ba4aab2ae63baba330016"),
}

#: sha256 of the binaries inside the archives, as far as they are known here. One of these on PATH is taken as it is.
OFFICIAL_BINARIES = frozenset({"0e69edd134a3c338baa1a6806920773615d682b18cbc6a0cba2a3b658ef9b63e"})

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Binary:
    """A binary and the sha256 it must have. ``origin`` says how it came here."""

    path: Path
    sha256: str
    origin: str

    def checked(self) -> Path:
        """The path, after its content was compared. Called before every run.

        Raises:
            MachineError: it is gone, or its checksum is another one.
        """
        try:
            actual = sha256_of(self.path)
        except OSError as error:
            raise MachineError(
                f"{self.path} cannot be read: {error.strerror}",
                untouched="everything",
                next_step=f"remove {self.path.parent} and run the command again",
            ) from error
        if actual != self.sha256:
            raise MachineError(
                f"{self.path} has the checksum {actual}, on record is {self.sha256} ({self.origin}); it was not run",
                untouched="everything",
                next_step=f"find out who changed it, then remove {self.path.parent} and run the command again",
            )
        return self.path


@dataclass(frozen=True)
class Installer:
    """Gets the pinned binary.

    Attributes:
        cache: a folder that outlives the clone.
        module: the folder with the go.mod and go.sum that pin every source of a build (release/adapters/trivy/recipe).
        env: the environment to build in; its PATH is searched.
        releases, archives: where the official archives are, and their checksums; only a test names others.
    """

    cache: Path
    module: Path
    env: Mapping[str, str]
    progress: Progress
    releases: str = RELEASES
    archives: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=lambda: ARCHIVES)

    def binary(self) -> Binary:
        """The binary: from PATH, from the cache, downloaded, or built; in this order.

        Raises:
            MachineError: the one in the cache was changed, the download is not the official one, or there is no way.
        """
        found = shutil.which("trivy", path=self.env.get("PATH", ""))
        if found:
            digest = sha256_of(Path(found))
            if digest in OFFICIAL_BINARIES:
                return Binary(Path(found), digest, f"official release {VERSION}, on PATH")
            log.warning("%s is not the official trivy %s by its checksum; it is not used", found, VERSION)
        with self._locked() as folder:
            record = folder / "trivy.json"
            if not record.exists():
                self._make(folder, record)
            known = json.loads(record.read_text())
            binary = Binary(folder / "trivy", known["sha256"], known["origin"])
            binary.checked()
            return binary

    def _make(self, folder: Path, record: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / "trivy"
            origin = self._download(made) or self._build(made)
            made.chmod(0o755)
            known = {"sha256": sha256_of(made), "origin": origin}
            made.replace(folder / "trivy")
            # The record comes last and by rename: without it the folder counts as empty.
            written = Path(scratch) / "trivy.json"
            written.write_text(json.dumps(known))
            written.replace(record)

    def _download(self, target: Path) -> str:
        """Fetch the official release; "" where it cannot be reached."""
        name, expected = self.archives.get((platform.system(), platform.machine()), ("", ""))
        if not name:
            return ""
        url = f"{self.releases}trivy_{VERSION}_{name}.tar.gz"
        archive = target.with_suffix(".tar.gz")
        self.progress(f"downloading trivy {VERSION}")
        try:
            with urllib.request.urlopen(url, timeout=30) as answer, archive.open("wb") as sink:
                shutil.copyfileobj(answer, sink)
        except (urllib.error.URLError, OSError) as error:
            self.progress(f"the official release of trivy {VERSION} cannot be reached ({error})")
            return ""
        actual = sha256_of(archive)
        if actual != expected:
            raise MachineError(
                f"{url} has the checksum {actual}, the official one is {expected}; it was not unpacked",
                untouched="everything",
                next_step="do not use it; tell trivy's maintainers, and try again from another network",
            )
        with tarfile.open(archive) as tar:
            member = tar.extractfile("trivy")
            assert member is not None
            with target.open("wb") as sink:
                shutil.copyfileobj(member, sink)
        return f"official release {VERSION}"

    def _build(self, target: Path) -> str:
        go = process.find(
            "go",
            remedy=f"install trivy {VERSION} from its official release, or Go 1.26.3 or newer to build it",
            path=self.env.get("PATH", ""),
        )
        self.progress(f"building trivy {VERSION} from source, about 5 minutes, once on this machine")
        seen = 0

        def count(line: str) -> None:
            nonlocal seen
            if not line.startswith(("go: ", "#")):
                seen += 1
                if seen % 250 == 0:
                    self.progress(f"building trivy: {seen} packages compiled")

        flags = f"-s -w -X github.com/aquasecurity/trivy/pkg/version/app.ver={VERSION}"
        command: list[str | Path] = [
            go,
            "build",
            "-v",
            "-mod=readonly",
            "-trimpath",
            "-ldflags",
            flags,
            "-o",
            target,
            PACKAGE,
        ]
        env = {**self.env, "GOEXPERIMENT": "jsonv2", "CGO_ENABLED": "0"}
        try:
            process.run(command, cwd=self.module, env=env, timeout=3600, on_line=count)
        except RemoteError as error:
            raise MachineError(
                f"trivy {VERSION} cannot be built: {error.message}",
                untouched="everything outside the cache folder",
                next_step="install it from its official release, or let this machine reach a Go module proxy",
            ) from error
        return f"built from source {VERSION}, sources pinned by {self.module.name}/go.sum"

    @contextmanager
    def _locked(self) -> Iterator[Path]:
        """The folder of this version, held alone: two commands at once must not build twice."""
        key = hashlib.sha256((self.module / "go.sum").read_bytes()).hexdigest()[:16]
        folder = self.cache / "trivy" / f"{VERSION}-{key}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield folder
        except OSError as error:
            raise MachineError(
                f"{folder} cannot be used: {error}", untouched="everything", next_step="free its disk, or remove it"
            ) from error


def sha256_of(path: Path) -> str:
    """sha256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
