"""The Engine port: docker with buildx."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from release.adapters import process
from release.adapters.buildcontext import NamedContext, named_by_content
from release.errors import MachineError, RemoteError
from release.images.model import BuildRequest

log = logging.getLogger("release.build")

#: What the client prints when no engine answers, and when it stops while it builds (gRPC's code for a lost server).
_NO_ENGINE = (
    "Cannot connect to the Docker daemon",
    "error during connect",
    "docker daemon is not running",
    "code = Unavailable",
)
#: What docker makes of ``docker buildx build --progress…`` where the plugin is missing, depending on its version.
_NO_BUILDX = ("unknown flag: --progress", "unknown command: docker buildx", "'buildx' is not a docker command")


class Docker:
    """docker buildx, writing OCI layouts.

    Args:
        env: the whole environment of the client; DOCKER_HOST in it names the engine.
        builder: the buildx builder to use, or "" for the default one (which must keep its images in containerd).
        network: the network of the build's steps.
        side_by_side: how many images are built at once, at most; 0: all of them.
    """

    def __init__(
        self,
        docker: Path,
        env: Mapping[str, str],
        *,
        builder: str = "",
        network: str = "default",
        timeout: float = 1800,
        side_by_side: int = 0,
    ) -> None:
        self.side_by_side = side_by_side
        self.docker, self.env, self.builder, self.network, self.timeout = (
            docker,
            env,
            builder,
            network,
            timeout,
        )

    def build(self, requests: Mapping[Path, BuildRequest]) -> None:
        """See :class:`release.images.ports.Engine`.

        Side by side: much of a build is one thread that compresses layers, which more than two cores can share.
        """
        workers = min(len(requests), self.side_by_side or len(requests))
        if workers < len(requests):
            log.info("%d images, %d side by side: more do not fit into the memory that is left", len(requests), workers)
        with ThreadPoolExecutor(max(1, workers)) as pool, process.ended_together():
            building = [pool.submit(self._build, request, path) for path, request in requests.items()]
            failures = [error for each in building if (error := each.exception())]
        if failures:
            raise failures[0]

    def _build(self, request: BuildRequest, destination: Path) -> None:
        try:
            with named_by_content(request.context, request.dockerfile, request.epoch) as context:
                process.run(
                    self._command(request, context, destination),
                    env={**self.env, "SOURCE_DATE_EPOCH": str(request.epoch), "BUILDKIT_PROGRESS": "plain"},
                    timeout=self.timeout,
                    on_line=lambda line: log.debug("%s %s", request.image, line),
                )
        except RemoteError as error:
            shutil.rmtree(destination, ignore_errors=True)
            raise _explained(error, request.image) from error

    def _command(self, request: BuildRequest, context: NamedContext, destination: Path) -> list[str | Path]:
        """One image. No provenance and no SBOM: with either the result is an index, which Lambda refuses.

        A layout as a folder: BuildKit then writes only the blobs that are not there. ``rewrite-timestamp`` would
        compress every layer anew, the base's too.
        """
        command: list[str | Path] = [self.docker, "buildx", "build", "--progress=plain"]
        command += ["--provenance=false", "--sbom=false"]
        command += ["--builder", self.builder] if self.builder else []
        command += ["--platform", request.platform, "--network", self.network]
        command += ["--target", request.target] if request.target else []
        command += ["--file", context.dockerfile]
        rewrite = ",rewrite-timestamp=true" if request.rewrite else ""
        command += ["--output", f"type=oci,dest={destination},tar=false{rewrite}"]
        for name, value in request.build_args.items():
            command += ["--build-arg", f"{name}={value}"]
        for name, value in request.named_contexts.items():
            command += ["--build-context", f"{name}={value}"]
        for name, source in request.secrets.items():
            command += ["--secret", _secret(name, source)]
        if request.no_cache:
            command.append("--no-cache")
        else:
            command += _cache("--cache-from", self.env.get("RELEASE_BUILD_CACHE_FROM", ""), request.image)
            command += _cache("--cache-to", self.env.get("RELEASE_BUILD_CACHE_TO", ""), request.image)
        return [*command, context.folder]


def _secret(name: str, source: str) -> str:
    """buildx reads the fields of a secret as CSV, so a comma or a quote in a path is quoted."""
    kind, _, where = source.partition(":")
    field = f"env={where}" if kind == "env" else f"src={where}"
    return f"id={name}," + ('"' + field.replace('"', '""') + '"' if set(field) & set(',"') else field)


def _cache(option: str, value: str, image: str) -> list[str | Path]:
    """A cache option of buildx with ``{image}`` filled in; none for a local folder that is not there to read."""
    value = value.replace("{image}", image)
    source = dict(part.partition("=")[::2] for part in value.split(",")).get("src", "")
    if not value or (option == "--cache-from" and source and not Path(source).is_dir()):
        return []
    return [option, value]


def _explained(error: RemoteError, image: str) -> MachineError | RemoteError:
    if any(words in error.message for words in _NO_ENGINE):
        return MachineError(
            f"no container engine answers (any more), so image {image} cannot be built",
            untouched="the registry and every environment",
            next_step="start Docker, or set DOCKER_HOST to an engine; a rehearsal brings its own: release rehearse",
        )
    if any(words in error.message for words in _NO_BUILDX):
        return MachineError(
            f"docker has no buildx here, so image {image} cannot be built",
            untouched="the registry and every environment",
            next_step="install Docker's buildx plugin; a rehearsal brings its own engine: release rehearse",
        )
    if "no space left on device" in error.message:
        return MachineError(
            f"a disk is full, the engine's or that of dist/, so image {image} cannot be built",
            untouched="the registry and every environment",
            next_step="free some room (the engine's: docker buildx prune), then run this again",
        )
    return RemoteError(
        f"building image {image} failed: {error.message}",
        untouched="the registry and every environment",
        next_step="release -v build shows the whole log",
    )
