"""The software of an engine of our own, from Debian's packages: unpacked into the cache, nothing installed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from rehearsal.machine import debian
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError

RECIPE = "1"  # raised with every change of what the folder holds
FROM_DEBIAN_13 = ["docker.io", "docker-cli", "docker-buildx", "containerd"]
BINARIES = ["dockerd", "docker-proxy", "docker", "containerd", "containerd-shim-runc-v2", "runc"]


def fetch(cache: Cache, progress: Progress) -> Path:
    """A folder with ``bin/`` (dockerd, docker, …) and ``config/`` (buildx as a plugin), made once per machine.

    Raises MachineError where there are no Debian packages.
    """
    try:
        mirror = debian.machine_mirror()
    except MachineError as error:
        raise MachineError(
            f"no container engine answers, and {error.message}",
            untouched="everything",
            next_step="start Docker Desktop, or install and start Docker, then run the command again",
        ) from error
    key = hashlib.sha256(f"{RECIPE} {mirror.codename} {os.uname().machine}".encode()).hexdigest()[:16]
    folder = cache.folder("engine") / f"software-{key}"

    def make(new: Path) -> str:
        progress("fetching a container engine from Debian's packages")
        # runc is the machine's own suite's: Debian 13's wants a newer C library than Debian 12 has
        names = [*FROM_DEBIAN_13, f"runc/{mirror.codename}"]
        archives = debian.Packages(cache, mirror, "engine").fetch(names, dependencies=False)
        for archive in archives:
            debian.unpack(archive, new / "root")
            archive.unlink()
        _link(new)
        return mirror.codename

    cache.make_once(folder, make)
    return folder


def _link(folder: Path) -> None:
    (folder / "bin").mkdir()
    for name in BINARIES:
        places = [folder / "root" / "usr" / part / name for part in ("bin", "sbin")]
        found = [path for path in places if path.is_file() and not path.is_symlink()]
        if not found:
            raise MachineError(f"Debian's packages hold no {name}", next_step="start Docker yourself")
        (folder / "bin" / name).symlink_to(found[0])
    plugins = folder / "config" / "cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-buildx").symlink_to(folder / "root/usr/libexec/docker/cli-plugins/docker-buildx")
