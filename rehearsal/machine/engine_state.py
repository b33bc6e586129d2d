"""Where an engine of our own lives: its folder below /run, its data in the cache, its bridge, its processes.

Every name is made from the cache folder's path, so that the engines of two cache folders never meet. Sockets and pids
are below /run, where paths are short enough for sockets and a restart of the machine clears them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from release.adapters.toolbox import Cache

RUN = Path("/run")
PREFIX = "lambda-image-release-"
OUTSIDE = tuple(Path(name) for name in ("/run/containerd", "/run/docker", "/run/runc", "/opt/containerd"))
"""Folders that containerd and dockerd make wherever they are told to run."""


@dataclass(frozen=True)
class EngineState:
    """The places of one engine.

    Attributes:
        folder: sockets, pids, log, and what the engine was told.
        data: images and build cache, kept from run to run.
        bridge: the name of its network interface, at most 15 characters (IFNAMSIZ of netdevice(7)).
    """

    folder: Path
    data: Path
    bridge: str

    @classmethod
    def of(cls, cache: Cache, run: Path = RUN) -> EngineState:
        """The places of ``cache``'s engine."""
        name = hashlib.sha256(str(cache.root).encode()).hexdigest()[:8]
        return cls(run / f"{PREFIX}{name}", cache.root / "engine" / "data", f"lir{name}")

    @property
    def socket(self) -> Path:
        """Where the engine answers."""
        return self.folder / "docker.sock"

    @property
    def pidfile(self) -> Path:
        """The engine's own process id."""
        return self.folder / "dockerd.pid"

    @property
    def log(self) -> Path:
        """What the engine prints."""
        return self.folder / "dockerd.log"

    @property
    def gateway(self) -> Path:
        """Holds the bridge's address."""
        return self.folder / "gateway"

    @property
    def kept(self) -> Path:
        """Is there while the engine outlives its runs."""
        return self.folder / "keep"

    @property
    def claims(self) -> Path:
        """Names, one a line, the folders of ``OUTSIDE`` that were not there before our engines."""
        return self.folder / "outside"

    def others(self) -> list[Path]:
        """What other engines of ours have claimed: one file for each that runs, or was left by a crash."""
        found = self.folder.parent.glob(f"{PREFIX}*/{self.claims.name}")
        return sorted(path for path in found if path != self.claims)

    def claim(self, outside: Sequence[Path] = OUTSIDE) -> None:
        """Write down which of ``outside`` are to go with the last of our engines: what no other software made."""
        ours = {Path(line) for path in self.others() for line in path.read_text().splitlines()}
        self.claims.write_text("".join(f"{path}\n" for path in outside if path in ours or not path.exists()))

    def release_claims(self) -> None:
        """Remove the claimed folders where they are empty; while another engine of ours runs they are its claim too."""
        if self.claims.exists() and not self.others():
            for line in self.claims.read_text().splitlines():
                _remove_empty(Path(line))


def processes_of(folder: Path, proc: Path = Path("/proc")) -> list[int]:
    """The processes whose command line names a path below ``folder``: the engine, its containerd and their shims."""
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if any(argument.startswith(f"{folder}/") for argument in arguments):
                    found.append(int(entry.name))
    return sorted(found)


def _remove_empty(folder: Path) -> None:
    for child in sorted(folder.rglob("*"), reverse=True):
        if child.is_dir() and not child.is_symlink():
            with suppress(OSError):
                child.rmdir()
    with suppress(OSError):
        folder.rmdir()
