"""trivy's vulnerability database: fetched by trivy, from the registry that the policy names, and checked by us."""

from __future__ import annotations

import hashlib
import logging
import mmap
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.adapters.trivy.bolt import Corrupt, filled_buckets
from release.clock import Clock
from release.errors import GateError, RemoteError
from release.gate.database import Database, is_current, parse_metadata

log = logging.getLogger("release.scan")

#: Seconds to wait before the second, third and fourth attempt: a registry's rate limit counts in minutes at worst.
PAUSES = (2.0, 10.0, 45.0)


@dataclass(frozen=True)
class TrivyDatabase:
    """The database of one repository in the cache.

    Attributes:
        cache: the folder above; each repository has a folder of its own, so that two never mix.
        repository: ``host/name:tag``.
        limit: seconds for one download.
        pauses: seconds to wait before each further attempt.
    """

    cache: Path
    repository: str
    clock: Clock
    limit: float = 300
    pauses: tuple[float, ...] = PAUSES

    @property
    def folder(self) -> Path:
        """What trivy calls its cache directory; the database is in ``db`` below it."""
        return self.cache / "trivy-db" / hashlib.sha256(self.repository.encode()).hexdigest()[:16]

    def current(self, binary: Path, env: Mapping[str, str]) -> Database:
        """The database, fetched when its publisher should have a newer one.

        Raises:
            GateError: it cannot be fetched, or what was fetched is not a database.
        """
        kept = self._kept()
        if kept and is_current(kept, self.clock.now()):
            return kept
        self._fetch(binary, env)
        return read_database(self.folder / "db", self.repository)

    def _kept(self) -> Database | None:
        """The database in the cache; a damaged one is as good as none, for then it is fetched again."""
        try:
            return read_database(self.folder / "db", self.repository)
        except GateError:
            return None

    def _fetch(self, binary: Path, env: Mapping[str, str]) -> None:
        """Download beside the old one and put it in its place when it is whole."""
        self.cache.mkdir(parents=True, exist_ok=True)
        for attempt, pause in enumerate((*self.pauses, None), 1):
            with tempfile.TemporaryDirectory(dir=self.cache, prefix="fetch-") as name:
                command: list[str | Path] = [
                    binary,
                    "image",
                    "--download-db-only",
                    "--no-progress",
                    "--db-repository",
                    self.repository,
                ]
                command += ["--cache-dir", name, "--skip-version-check", "--disable-telemetry"]
                try:
                    process.run(command, cwd=Path(name), env=env, timeout=self.limit)
                    read_database(Path(name) / "db", self.repository)
                except (RemoteError, GateError) as error:
                    reason = _last_line(error.message)
                else:
                    shutil.rmtree(self.folder, ignore_errors=True)
                    self.folder.mkdir(parents=True)
                    (Path(name) / "db").rename(self.folder / "db")
                    return
            log.warning(
                "the vulnerability database did not come, attempt %d of %d: %s", attempt, len(self.pauses) + 1, reason
            )
            if pause is None:
                break
            self.clock.sleep(pause)
        raise GateError(
            f"the vulnerability database {self.repository} cannot be fetched, after {attempt} attempts: {reason}",
            untouched="the registry and every environment",
            next_step="run release scan again later, or name a mirror in release.toml (gate.database)",
        )


def read_database(folder: Path, repository: str) -> Database:
    """The database in ``folder``.

    Raises:
        GateError: a file is missing, or not what it should be.
    """
    try:
        text = (folder / "metadata.json").read_text()
        with (folder / "trivy.db").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            sources = filled_buckets(content)
    except (OSError, ValueError) as error:  # Corrupt is a ValueError; so is an empty file for mmap
        what = "corrupt" if isinstance(error, Corrupt) else "missing or unreadable"
        raise GateError(
            f"the vulnerability database is {what}: {error}",
            untouched="the registry and every environment",
            next_step=f"remove {folder.parent} and run release scan again",
        ) from error
    return parse_metadata(text, sources, repository)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "no reason given"
