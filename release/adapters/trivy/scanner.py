"""The Scanner port: trivy, run so that it never fails open.

trivy is started in an empty folder with an environment of our own, because an ignore file, a configuration file or a
variable that it finds there would silence findings. Its exit code says nothing about findings; its report is read
strictly (:mod:`release.adapters.trivy.trivyreport`), and the verdict is ours.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from release.adapters import process
from release.adapters.layers import python_metadata
from release.adapters.layout import read_layout
from release.adapters.trivy.binary import VERSION, Binary
from release.adapters.trivy.database import TrivyDatabase
from release.adapters.trivy.trivyreport import parse_files_report, parse_image_report
from release.errors import GateError
from release.gate.database import Database
from release.gate.findings import ImageScan, ScanReport
from release.oci import Manifest

#: What trivy may see of our environment: how to reach registries, and nothing that configures trivy itself.
_PASSED_ON = frozenset(
    {"PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE"}
    | {"SSL_CERT_DIR", "DOCKER_CONFIG", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    | {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"}
)

#: trivy leaves out whole paths when it looks for secrets: tests, Markdown, vendor and system folders, lock files.
#: All of them are looked at here, except published metadata and AWS's example keys.
_SECRETS = """\
disable-allow-rules: [tests, vendor, usr-dirs, locale-dir, markdown, node.js, golang, python, rubygems, wordpress, anaconda-log]
skip-patterns: []
"""  # noqa: E501 - one YAML list

_QUIET = ("--skip-version-check", "--disable-telemetry", "--exit-code", "0", "--format", "json")

#: trivy obeys these comments in templates and Dockerfiles; a risk is accepted in release.toml, with a name and a day.
_INLINE_IGNORE = re.compile(rb"(trivy|tfsec|cfsec):ignore", re.IGNORECASE)


@dataclass(frozen=True)
class Trivy:
    """trivy as a Scanner.

    Attributes:
        scratch: a folder for what one scan writes.
        harmless: warnings that the policy declares harmless.
        limit: seconds for one scan.
        analyses: a folder that keeps what was found in each layer (its packages and secrets, never a verdict), so that
            a layer is read once; None keeps nothing.
        alone: entered for each scan of an image: the kept analyses admit one process at a time.
    """

    binary: Binary
    source: TrivyDatabase
    scratch: Path
    env: Mapping[str, str]
    harmless: tuple[str, ...] = ()
    limit: float = 900
    analyses: Path | None = None
    alone: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def name(self) -> str:
        """See :class:`release.gate.ports.Scanner`."""
        return f"trivy {VERSION} (sha256:{self.binary.sha256[:16]}, {self.binary.origin})"

    def database(self) -> Database:
        """See :class:`release.gate.ports.Scanner`."""
        with self._empty_folder() as folder:
            return self.source.current(self.binary.checked(), clean_environment(self.env, folder))

    def archive(self, path: Path) -> ImageScan:
        """See :class:`release.gate.ports.Scanner`."""
        return self._layout(path, system=True)

    def code(self, path: Path) -> ImageScan:
        """See :class:`release.gate.ports.Scanner`."""
        return self._layout(path, system=False)

    def _layout(self, path: Path, *, system: bool) -> ImageScan:
        manifest = read_layout(path)
        with self._empty_folder() as folder:
            layout = folder.parent / "layout"  # trivy takes what follows a colon in a name for a tag
            layout.symlink_to(path.absolute(), target_is_directory=True)
            scan = self._image(["--input", layout], manifest, folder, system=system)
            listed = {package.path for package in scan.report.packages}
            hidden = sorted(python_metadata(layout, manifest, self.analyses) - listed)
        doubts = tuple(f"{name} declares a package that the scanner did not list" for name in hidden)
        return replace(scan, report=replace(scan.report, doubts=scan.report.doubts + doubts))

    def remote(self, uri: str, manifest: Manifest) -> ImageScan:
        """See :class:`release.gate.ports.Scanner`."""
        if not uri.endswith(f"@{manifest.digest}"):
            raise GateError(
                f"{uri} is not named by its digest {manifest.digest}",
                untouched="everything",
                next_step="name the image by that digest, then release scan",
            )
        with self._empty_folder() as folder:
            return self._image(["--image-src", "remote", uri], manifest, folder)

    def files(self, root: Path, files: Sequence[str]) -> ScanReport:
        """See :class:`release.gate.ports.Scanner`."""
        with self._empty_folder() as folder:
            copies = folder.parent / "files"
            for file in files:
                target = copies / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_INLINE_IGNORE.sub(rb"\1_ignore", (root / file).read_bytes()))
            arguments: list[str | Path] = [
                "config",
                "--skip-check-update",
                "--cache-dir",
                folder.parent / "cache",
                *_QUIET,
            ]
            text, said = self._run([*arguments, copies], folder)
        return parse_files_report(text, said, files, harmless=self.harmless)

    def _image(
        self, subject: Sequence[str | Path], manifest: Manifest, folder: Path, *, system: bool = True
    ) -> ImageScan:
        rules = folder.parent / "secrets.yaml"
        rules.write_text(_SECRETS)
        arguments: list[str | Path] = ["image", *self._cache(folder.parent / "cache"), "--skip-db-update"]
        arguments += ["--skip-java-db-update", "--offline-scan", "--no-progress", "--list-all-pkgs"]
        arguments += ["--scanners", "vuln,secret", "--secret-config", rules]
        with self.alone():
            text, said = self._run([*arguments, *_QUIET, *subject], folder)
        report = parse_image_report(text, said, manifest.config.digest, harmless=self.harmless, system=system)
        written = folder.parent / "report.json"
        written.write_text(text, errors="replace")
        sbom, _ = self._run(["convert", "--format", "cyclonedx", written], folder)
        return ImageScan(manifest.digest, report, sbom.encode(errors="replace"))

    def _cache(self, folder: Path) -> list[str | Path]:
        """A cache directory for one scan: the database as it is now, and the kept analyses where there are any.

        An analysis depends on the layer's bytes, the rules and the scanner alone. trivy keys it by the first two
        (``pkg/cache``: CalcKey); each binary has a folder of its own.
        """
        folder.mkdir()
        (folder / "db").symlink_to(self.source.folder.absolute() / "db")
        if self.analyses is None:
            return ["--cache-dir", folder, "--cache-backend", "memory"]
        kept = self.analyses.absolute() / self.binary.sha256[:16]
        kept.mkdir(parents=True, exist_ok=True)
        (folder / "fanal").symlink_to(kept)
        return ["--cache-dir", folder, "--cache-backend", "fs"]

    def _run(self, arguments: Sequence[str | Path], folder: Path) -> tuple[str, str]:
        command = [self.binary.checked(), *arguments, "--timeout", f"{self.limit:.0f}s"]
        env = clean_environment(self.env, folder)
        result = process.run(command, cwd=folder, env=env, timeout=self.limit + 10)
        return result.stdout, result.stderr

    @contextmanager
    def _empty_folder(self) -> Iterator[Path]:
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="scan-") as name:
            folder = Path(name) / "empty"
            folder.mkdir()
            yield folder


def clean_environment(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """What trivy gets of ``env``; its home is an empty folder."""
    return {key: value for key, value in env.items() if key in _PASSED_ON} | {"HOME": str(home)}
