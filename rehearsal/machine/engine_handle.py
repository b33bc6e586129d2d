"""An engine that answers, and the builder in it: the machine's own engine is found here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine.bridge import is_local
from release.adapters import process
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
        builder: the buildx builder that writes OCI layouts; ``default``, or one to be made by ``ensure_builder``.
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
