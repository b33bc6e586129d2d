"""An engine of our own on a bare Debian machine: started, found again, stopped.

Its images live in the cache folder, so a second run starts in a second. It runs in a mount namespace of its own:
whatever it mounted is gone when its last process ends. Engines of several cache folders run side by side.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import bridge, engine_software
from rehearsal.machine.engine_state import EngineState, processes_of
from release.adapters import process
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError, RemoteError

FREE_BYTES = 2_000_000_000  # engine 0.3 GB, two functions' images and their build cache
START_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """Our engine as it answers: see EngineHandle."""

    env: dict[str, str]
    docker: Path
    version: str
    gateway: str


def start(cache: Cache, progress: Progress) -> Running:
    """Our engine, started where it does not run yet. The caller holds the cache's lock ``engine``.

    Raises MachineError (with the end of the engine's log) when it cannot be had.
    """
    state = EngineState.of(cache)
    software = engine_software.fetch(cache, progress)
    env = {"DOCKER_HOST": f"unix://{state.socket}", "DOCKER_CONFIG": str(software / "config")}
    docker = software / "bin" / "docker"
    version = answer(docker, env, lambda: bool(processes_of(state.folder)))
    if version is None:
        stop(cache)
        pid = _launch(cache, state, software)
        version = answer(docker, env, lambda: process.alive(pid))
    if version is None:
        raise _failed(cache, state, "the container engine did not start")
    gateway = state.gateway.read_text()
    if not bridge.is_local(gateway):
        raise _failed(cache, state, f"the container engine's bridge {state.bridge} lost its address {gateway}")
    progress(f"container engine {version} from Debian's packages")
    return Running(env, docker, version, gateway)


def stop(cache: Cache) -> None:
    """Stop our engine and clear what it leaves outside the cache, also after a crash. None running is no error."""
    state = EngineState.of(cache)
    ours = processes_of(state.folder)
    with suppress(OSError, ValueError):
        pid = int(state.pidfile.read_text())
        if pid in ours:  # a stale file can name a process of somebody else
            process.stop(pid, grace=20)
    for pid in processes_of(state.folder):
        process.stop(pid, grace=5)
    with bridge.turn():
        bridge.remove(state.bridge)
        state.release_claims()
        if state.folder.exists():
            shutil.rmtree(state.folder)


def keep(cache: Cache) -> None:
    """Mark the engine as one that outlives its runs."""
    EngineState.of(cache).kept.touch()


def kept(cache: Cache) -> bool:
    """Whether the engine outlives its runs."""
    return EngineState.of(cache).kept.exists()


def unkeep(cache: Cache) -> None:
    """Take the mark away."""
    EngineState.of(cache).kept.unlink(missing_ok=True)


def require_space(folder: Path, free: int) -> None:
    """Raises MachineError when ``free`` bytes are too few for an engine's data."""
    if free < FREE_BYTES:
        raise MachineError(
            f"{free / 1e9:.1f} GB are free at {folder}; a container engine needs {FREE_BYTES / 1e9:.0f} GB",
            untouched="everything",
            next_step="free the disk, or point RELEASE_CACHE at another one",
        )


def _launch(cache: Cache, state: EngineState, software: Path) -> int:
    require_space(cache.root, shutil.disk_usage(cache.root).free)
    # What the engine remembers of its last network would be put on the bridge again, whoever has that network by now.
    shutil.rmtree(state.data / "network", ignore_errors=True)
    state.folder.mkdir(mode=0o700)
    with bridge.turn():
        state.claim()
        state.gateway.write_text(bridge.create(state.bridge))
    configuration = state.folder / "daemon.json"
    configuration.write_text(json.dumps(_configuration(state, software)))
    env = {"PATH": f"{software / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(state.folder), "LC_ALL": "C"}
    env |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    own_mounts: list[str | Path] = ["unshare", "--mount", "--propagation", "slave"]
    command = [*own_mounts, "dockerd", "--config-file", configuration]
    return process.spawn(command, log_file=state.log, env=env).pid


def _configuration(state: EngineState, software: Path) -> dict[str, object]:
    return {
        "hosts": [f"unix://{state.socket}"],
        "data-root": str(state.data),
        "exec-root": str(state.folder / "exec"),
        "pidfile": str(state.pidfile),
        "bridge": state.bridge,
        "iptables": False,  # the machine's packet filter is not ours; builds use the host's network
        "ip6tables": False,
        "ip-forward": False,
        "userland-proxy-path": str(software / "bin" / "docker-proxy"),
        "features": {"containerd-snapshotter": True},  # gives the default builder the oci exporter
        "log-level": "warn",
    }


def answer(docker: Path, env: dict[str, str], runs: Callable[[], bool], *, wait: float = START_SECONDS) -> str | None:
    """The engine's version as soon as it answers; None when it does not run, or not within ``wait`` seconds.

    An engine that runs is waited for: another run may be using it, on a machine with much else to do.
    """
    deadline = time.monotonic() + wait
    while runs() and time.monotonic() < deadline:
        with suppress(RemoteError):
            done = process.run([docker, "version", "--format", "{{.Server.Version}}"], env=env, timeout=10, check=False)
            if done.code == 0 and done.stdout.strip():
                return done.stdout.strip()
        time.sleep(0.1)
    return None


def _failed(cache: Cache, state: EngineState, what: str) -> MachineError:
    """The error, with the engine's last words; what was started is stopped."""
    tail = "\n".join(state.log.read_text(errors="replace").splitlines()[-5:]) if state.log.exists() else ""
    stop(cache)
    return MachineError(
        f"{what}:\n{tail}",
        untouched="everything outside the cache folder",
        next_step="mend what the engine says, or start Docker yourself, then run the command again",
    )
