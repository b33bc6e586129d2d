"""An engine of our own on a bare Debian machine: unpacked from Debian's packages, nothing installed.

Software and images live in the cache folder, so a second run starts in a second; sockets and pids live below /run,
where paths are short enough for sockets and a restart of the machine clears them. The engine runs in a mount namespace
of its own: whatever it mounted is gone when its last process ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import bridge, debian
from release.adapters import process
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError, RemoteError

RECIPE = "1"
FROM_DEBIAN_13 = ["docker.io", "docker-cli", "docker-buildx", "containerd"]
BINARIES = ["dockerd", "docker-proxy", "docker", "containerd", "containerd-shim-runc-v2", "runc"]
FREE_BYTES = 2_000_000_000  # engine 0.3 GB, two functions' images and their build cache
START_SECONDS = 60.0
OUTSIDE = [
    Path(name) for name in ("/run/containerd", "/run/docker", "/run/runc", "/opt/containerd")
]  # made wherever it runs


@dataclass(frozen=True)
class Running:
    """Our engine as it answers: see EngineHandle."""

    env: dict[str, str]
    docker: Path
    version: str
    gateway: str


@dataclass(frozen=True)
class _Paths:
    state: Path
    data: Path
    bridge: str

    @classmethod
    def of(cls, cache: Cache) -> _Paths:
        name = hashlib.sha256(str(cache.root).encode()).hexdigest()[:8]
        return cls(Path(f"/run/lambda-image-release-{name}"), cache.root / "engine" / "data", f"lir{name}")

    @property
    def socket(self) -> Path:
        return self.state / "docker.sock"

    @property
    def pidfile(self) -> Path:
        return self.state / "dockerd.pid"

    @property
    def log(self) -> Path:
        return self.state / "dockerd.log"


def start(cache: Cache, progress: Progress) -> Running:
    """Our engine, started where it does not answer yet. The caller holds the cache's lock ``engine``.

    Raises MachineError (with the end of the engine's log) when it cannot be had.
    """
    paths = _Paths.of(cache)
    software = _software(cache, progress)
    env = {"DOCKER_HOST": f"unix://{paths.socket}", "DOCKER_CONFIG": str(software / "config")}
    docker = software / "bin" / "docker"
    version = _ask(docker, env)
    if version is None:
        stop(cache)
        _launch(cache, paths, software)
        version = _wait(docker, env, paths)
    progress(f"container engine {version} from Debian's packages")
    return Running(env, docker, version, (paths.state / "gateway").read_text())


def stop(cache: Cache) -> None:
    """Stop our engine and clear what it leaves outside the cache, also after a crash. None running is no error."""
    paths = _Paths.of(cache)
    ours = processes_of(paths.state)
    with suppress(OSError, ValueError):
        pid = int(paths.pidfile.read_text())
        if pid in ours:  # a stale file can name a process of somebody else
            process.stop(pid, grace=20)
    for pid in processes_of(paths.state):
        process.stop(pid, grace=5)
    bridge.remove(paths.bridge)
    with suppress(OSError):
        for line in (paths.state / "outside").read_text().splitlines():
            _remove_empty(Path(line))
    if paths.state.exists():
        shutil.rmtree(paths.state)


def keep(cache: Cache) -> None:
    """Mark the engine as one that outlives its runs."""
    (_Paths.of(cache).state / "keep").touch()


def kept(cache: Cache) -> bool:
    """Whether the engine outlives its runs."""
    return (_Paths.of(cache).state / "keep").exists()


def unkeep(cache: Cache) -> None:
    """Take the mark away."""
    (_Paths.of(cache).state / "keep").unlink(missing_ok=True)


def processes_of(state: Path, proc: Path = Path("/proc")) -> list[int]:
    """The processes whose command line names the folder ``state``: the engine, its containerd and their shims."""
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if any(argument.startswith(f"{state}/") for argument in arguments):
                    found.append(int(entry.name))
    return sorted(found)


def require_space(folder: Path, free: int) -> None:
    """Raises MachineError when ``free`` bytes are too few for an engine's data."""
    if free < FREE_BYTES:
        raise MachineError(
            f"{free / 1e9:.1f} GB are free at {folder}; a container engine needs {FREE_BYTES / 1e9:.0f} GB",
            untouched="everything",
            next_step="free the disk, or point RELEASE_CACHE at another one",
        )


def _software(cache: Cache, progress: Progress) -> Path:
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


def _launch(cache: Cache, paths: _Paths, software: Path) -> None:
    require_space(cache.root, shutil.disk_usage(cache.root).free)
    paths.state.mkdir(mode=0o700)
    (paths.state / "outside").write_text("".join(f"{path}\n" for path in OUTSIDE if not path.exists()))
    gateway = bridge.create(paths.bridge)
    (paths.state / "gateway").write_text(gateway)
    config = {
        "hosts": [f"unix://{paths.socket}"],
        "data-root": str(paths.data),
        "exec-root": str(paths.state / "exec"),
        "pidfile": str(paths.pidfile),
        "bridge": paths.bridge,
        "iptables": False,  # the machine's packet filter is not ours; builds use the host's network
        "ip6tables": False,
        "ip-forward": False,
        "userland-proxy-path": str(software / "bin" / "docker-proxy"),
        "features": {"containerd-snapshotter": True},  # gives the default builder the oci exporter
        "log-level": "warn",
    }
    (paths.state / "daemon.json").write_text(json.dumps(config))
    env = {"PATH": f"{software / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(paths.state), "LC_ALL": "C"}
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy"):
            env[name] = value
    command: list[str | Path] = [
        "unshare",
        "--mount",
        "--propagation",
        "slave",
        "dockerd",
        "--config-file",
        paths.state / "daemon.json",
    ]
    process.spawn(command, log_file=paths.log, env=env)


def _wait(docker: Path, env: dict[str, str], paths: _Paths) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (version := _ask(docker, env)) is not None:
            return version
        if not processes_of(paths.state):
            break
        time.sleep(0.1)
    tail = "\n".join(paths.log.read_text(errors="replace").splitlines()[-5:]) if paths.log.exists() else ""
    raise MachineError(
        f"the container engine did not start:\n{tail}",
        untouched="everything outside the cache folder",
        next_step="mend what the engine says, or start Docker yourself, then run the command again",
    )


def _ask(docker: Path, env: dict[str, str]) -> str | None:
    try:
        done = process.run([docker, "version", "--format", "{{.Server.Version}}"], env=env, timeout=10, check=False)
    except RemoteError:
        return None
    return done.stdout.strip() or None if done.code == 0 else None


def _remove_empty(folder: Path) -> None:
    for child in sorted(folder.rglob("*"), reverse=True):
        if child.is_dir() and not child.is_symlink():
            with suppress(OSError):
                child.rmdir()
    with suppress(OSError):
        folder.rmdir()
