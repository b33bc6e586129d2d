"""A container engine with buildx: the machine's where one answers, else one of our own.

Asked is whether an engine answers, never whether a command exists: a machine can have the client alone. An engine of
our own belongs to the cache folder; runs that share the folder share the engine, and the last one out stops it.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import own_engine
from release.adapters import process
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError, ReleaseError, RemoteError

BUILDER = "lambda-image-release"
CONTAINERD_STORE = "io.containerd.snapshotter"  # what `docker info` shows as driver-type of the containerd image store
FIRST_WITH_REWRITE = 26  # Docker Engine 26 holds BuildKit 0.13, the first whose exporters rewrite timestamps


@dataclass(frozen=True)
class EngineHandle:
    """An engine that answers.

    Attributes:
        env: what a client's environment needs on top of this process's (DOCKER_HOST, DOCKER_CONFIG).
        docker: the client.
        started: whether it is our own.
        version: the server's.
        builder: the buildx builder that writes OCI archives; ``default``, or one to be made by ``ensure_builder``.
        gateway: where containers reach this machine, an address of this machine; empty when there is none (a virtual
            machine in between forwards ``host.docker.internal`` to loopback then).
    """

    env: Mapping[str, str]
    docker: Path
    started: bool
    version: str
    builder: str
    gateway: str

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The whole environment of a client."""
        return {**base, **self.env}

    def run(self, *arguments: str, timeout: float = 60) -> str:
        """One docker command's output, stripped. Raises RemoteError."""
        return process.run([self.docker, *arguments], env=self.environment(), timeout=timeout).stdout.strip()

    def require(self) -> None:
        """Raises MachineError when the engine no longer answers."""
        try:
            self.run("version", "--format", "{{.Server.Version}}", timeout=20)
        except ReleaseError as error:
            raise MachineError(
                f"the container engine stopped answering: {error.message.splitlines()[-1]}",
                untouched="what was already pushed or deployed",
                next_step="run the command again" if self.started else "start Docker, then run the command again",
            ) from error


@contextmanager
def engine(cache: Cache, progress: Progress, *, keep: bool = False) -> Iterator[EngineHandle]:
    """An engine for the time of the ``with`` block.

    Args:
        keep: leave an engine of our own running afterwards; ``stop_kept`` ends it.

    Raises:
        MachineError: there is none and none can be started.
    """
    found = find(os.environ)
    if found is not None:
        progress(f"container engine {found.version}")
        yield found
        return
    _require_own_possible()
    with _user_of(cache) as users:
        with cache.lock("engine", busy=progress):
            running = own_engine.start(cache, progress)
        try:
            yield EngineHandle(running.env, running.docker, True, running.version, "default", running.gateway)
        finally:
            with cache.lock("engine"):
                if keep:
                    own_engine.keep(cache)
                elif _last(users) and not own_engine.kept(cache):
                    own_engine.stop(cache)


def stop_kept(cache: Cache) -> bool:
    """Stop the engine that a run with ``keep`` left; False when another run uses it. None running is no error."""
    with _user_of(cache) as users, cache.lock("engine"):
        own_engine.unkeep(cache)
        if not _last(users):
            return False
        own_engine.stop(cache)
        return True


def find(env: Mapping[str, str]) -> EngineHandle | None:
    """The machine's engine, by DOCKER_HOST or the client's context; None when none answers.

    Raises MachineError when one answers that cannot build.
    """
    docker = shutil.which("docker", path=env.get("PATH"))
    if docker is None:
        return None

    def ask(*arguments: str) -> str | None:
        try:
            done = process.run([docker, *arguments], env=env, timeout=20, check=False)
        except RemoteError:
            return None
        return done.stdout.strip() if done.code == 0 else None

    version = ask("version", "--format", "{{.Server.Version}}")
    if not version:
        return None
    if ask("buildx", "version") is None:
        raise MachineError(
            f"the container engine {version} has no buildx",
            untouched="everything",
            next_step="install Docker's buildx plugin (docker-buildx or docker-buildx-plugin)",
        )
    host = env.get("DOCKER_HOST") or ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}") or ""
    store = CONTAINERD_STORE in (ask("info", "--format", "{{json .DriverStatus}}") or "")
    gateway = ask("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}") or ""
    return EngineHandle(
        env={"DOCKER_HOST": host} if host else {},
        docker=Path(docker),
        started=False,
        version=version,
        builder=builder_for(version, containerd_store=store),
        gateway=gateway if is_local(gateway) else "",
    )


def builder_for(version: str, *, containerd_store: bool) -> str:
    """The builder whose ``oci`` exporter rewrites timestamps: the engine's own needs its containerd image store."""
    major = version.split(".")[0]
    new_enough = major.isdigit() and int(major) >= FIRST_WITH_REWRITE
    return "default" if containerd_store and new_enough else BUILDER


def ensure_builder(handle: EngineHandle) -> None:
    """Make the handle's builder where the engine's own does not do; its image comes from a registry.

    Raises RemoteError.
    """
    if handle.builder == "default":
        return
    with suppress(RemoteError):
        handle.run("buildx", "inspect", handle.builder)
        return
    network = ["--driver-opt", "network=host", "--buildkitd-flags", "--allow-insecure-entitlement network.host"]
    handle.run("buildx", "create", "--name", handle.builder, "--driver", "docker-container", *network)
    handle.run("buildx", "inspect", "--bootstrap", handle.builder, timeout=300)


def is_local(address: str) -> bool:
    """Whether this machine can listen on ``address``."""
    if not address:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _require_own_possible() -> None:
    remedy = "start Docker Desktop, or install and start Docker, then run the command again"
    if platform.system() != "Linux":
        raise MachineError("no container engine answers", untouched="everything", next_step=remedy)
    if os.geteuid() != 0:
        raise MachineError(
            "no container engine answers, and one of our own needs root", untouched="everything", next_step=remedy
        )


@contextmanager
def _user_of(cache: Cache) -> Iterator[int]:
    """Counts this run among the engine's users; the kernel forgets it when the process ends, however it ends."""
    path = cache.folder("locks") / "engine-users.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield descriptor
    finally:
        os.close(descriptor)


def _last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
