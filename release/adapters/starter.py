"""The Starter port: docker runs the image as Lambda would, against a Runtime API on this machine."""

from __future__ import annotations

import json
import logging
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from release.adapters import process
from release.adapters.runtimeapi import RuntimeApi
from release.errors import MachineError, RemoteError
from release.images.model import Archive
from release.images.startrecord import Started, StartRequest

log = logging.getLogger("release.start")
#: Seconds until a start is given up: Lambda's 10 s of init, and what a slow machine may need beyond.
LIMIT = 60.0
#: A user without rights, as Lambda's own is whatever USER says ("Create a Lambda function using a container image").
_USER = "993:990"
_UNITS = {"B": 1, "kB": 10**3, "KiB": 2**10, "MB": 10**6, "MiB": 2**20, "GB": 10**9, "GiB": 2**30}


class DockerStarter:
    """Starts images in the engine of ``docker``.

    Args:
        env: the whole environment of the client.
        builder: the buildx builder, as in :class:`release.adapters.docker.Docker`.
        limit: seconds until a start is given up.
    """

    def __init__(self, docker: Path, env: Mapping[str, str], *, builder: str = "", limit: float = LIMIT) -> None:
        self.docker, self.env, self.builder, self.limit = docker, env, builder, limit

    @contextmanager
    def loaded(self, archive: Archive, platform: str) -> Iterator[Callable[[StartRequest], Started]]:
        """See :class:`release.images.ports.Starter`."""
        here = self._answers("info", "--format", "{{.OperatingSystem}}")
        with self.named(archive, platform) as name:
            yield lambda request: self._start(name, request, desktop="Docker Desktop" in here)

    @contextmanager
    def named(self, archive: Archive, platform: str) -> Iterator[str]:
        """See :class:`release.images.ports.Starter`."""
        name = f"lambda-image-release/start-{archive.image}:{uuid.uuid4().hex}"
        layout = f"oci-layout://{archive.path.absolute()}@{archive.digest}"
        builder = ["--builder", self.builder] if self.builder else []
        self._answers(
            *("buildx", "build", *builder, "--load", "--provenance=false", "--sbom=false", "--platform", platform),
            *("--tag", name, "--build-context", f"image={layout}", "-"),
            stdin=b"FROM image\n",
        )
        try:
            yield name
        finally:
            self._docker("rmi", "--force", name)

    def _start(self, image: str, request: StartRequest, *, desktop: bool) -> Started:
        api = RuntimeApi(request.settings.logical_id)
        with api.serving() as port:
            options = _options(request, port, desktop=desktop)
            container = self._answers("create", *options, image, *self._command(image, request))
            try:
                started = time.time()
                launched = self._docker("start", container)
                if launched.code != 0:  # the engine answers; the entry point is not there, or is no program
                    return Started(None, None, f"its entry point cannot be run: {_tail(launched.stderr)}")
                return self._watched(container, api, started)
            finally:
                self._docker("rm", "--force", "--volumes", container)

    def _command(self, image: str, request: StartRequest) -> tuple[str, ...]:
        """The words after the entry point. Docker forgets the image's own when an entry point is given, Lambda not."""
        words = request.settings.command
        if request.settings.entry_point and not words:
            words = tuple(json.loads(self._answers("inspect", "--format", "{{json .Config.Cmd}}", image)) or ())
        return (*request.settings.entry_point[1:], *words)

    def _watched(self, container: str, api: RuntimeApi, started: float) -> Started:
        deadline = time.monotonic() + self.limit
        while not api.news.wait(0.2):
            state = self._state(container)
            if not state["Running"] and not api.news.wait(0.5):
                why = "was ended for its memory" if state["OOMKilled"] else f"exit code {state['ExitCode']}"
                return Started(None, None, f"the process ended ({why}); its last words: {self._said(container)}")
            if time.monotonic() > deadline:
                reached = "" if api.reached else ", and it never spoke to the runtime interface"
                why = f"it asked for no event within {self.limit:.0f} s{reached}"
                return Started(None, None, f"{why}; its last words: {self._said(container)}")
        if api.problem:
            return Started(None, None, api.problem)
        began = _moment(self._state(container)["StartedAt"])
        # Docker Desktop's engine has a clock of its own: one that does not fit is not believed.
        seconds = api.ready - (began if started <= began <= api.ready else started)
        return Started(round(seconds, 3), self._memory(container))

    def _memory(self, container: str) -> int | None:
        """What the engine says that it holds, caches of files not counted; None: this engine does not count."""
        told = self._docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container)
        used = told.stdout.partition("/")[0].strip()
        number = used.rstrip("BKMGikb")
        try:
            return round(float(number) * _UNITS[used[len(number) :]]) or None
        except (KeyError, ValueError):
            return None

    def _state(self, container: str) -> Mapping[str, str]:
        found: Mapping[str, str] = json.loads(self._answers("inspect", "--format", "{{json .State}}", container))
        return found

    def _said(self, container: str) -> str:
        said = self._docker("logs", "--tail", "20", container)
        return _tail(f"{said.stdout}\n{said.stderr}") or "(none)"

    def _answers(self, *arguments: str, stdin: bytes | None = None) -> str:
        """What docker prints. Raises MachineError: no engine; RemoteError: it refuses."""
        done = self._docker(*arguments, stdin=stdin)
        if done.code == 0:
            return done.stdout.strip()
        if any(words in done.stderr for words in ("Cannot connect to the Docker daemon", "error during connect")):
            raise MachineError(
                "no container engine answers, so no image can be started",
                untouched="the registry and every environment",
                next_step="start Docker, or set DOCKER_HOST to an engine; a rehearsal brings its own: release rehearse",
            )
        raise RemoteError(
            f"the engine starts nothing: docker {arguments[0]} says: {_tail(done.stderr)}",
            untouched="the registry and every environment",
            next_step="release -v start shows every call",
        )

    def _docker(self, *arguments: str, stdin: bytes | None = None) -> process.ProcessResult:
        return process.run([self.docker, *arguments], env=self.env, stdin=stdin, check=False, timeout=600)


def _options(request: StartRequest, port: int, *, desktop: bool) -> list[str]:
    """As Lambda runs an image: nothing but /tmp can be written, no rights, the function's memory and nothing beyond."""
    settings = request.settings
    shared = not desktop and sys.platform == "linux"  # the engine's network is this machine's, so loopback is, too
    host = "127.0.0.1" if shared else "host.docker.internal"
    options = ["--network", "host"] if shared else ["--add-host", "host.docker.internal:host-gateway"]
    options += ["--platform", request.platform, "--user", _USER, "--read-only", "--cap-drop", "ALL"]
    options += ["--tmpfs", f"/tmp:rw,exec,mode=1777,size={settings.storage}m", "--security-opt", "no-new-privileges"]
    options += ["--memory", f"{settings.memory}m", "--memory-swap", f"{settings.memory}m", "--pids-limit", "1024"]
    options += ["--ulimit", "nofile=1024:1024"]  # "Lambda quotas": processes and threads, file descriptors
    for name, value in {**request.env, "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}"}.items():
        options += ["--env", f"{name}={value}"]
    options += ["--workdir", settings.folder] if settings.folder else []
    return [*options, *(["--entrypoint", settings.entry_point[0]] if settings.entry_point else [])]


def _moment(text: str) -> float:
    """Seconds since the epoch of ``2026-11-25T09:06:01.123456789Z``: nine digits are more than Python reads."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-15:])
