"""``sam build`` as the CodeBuilder port: one function or layer at a time, so that sam never builds an image."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.errors import MachineError, ReleaseError, RemoteError
from release.settings.codebuilds import CodeBuild

log = logging.getLogger("release.build")

#: What sam looks for on PATH, by the beginning of a runtime or build method; a Python runtime is its own program.
_PROGRAMS = {"nodejs": "npm", "esbuild": "npm", "makefile": "make", "go": "go", "rust": "cargo"}
#: Those that sam cannot build in a container ("sam build", --use-container).
_NO_CONTAINER = ("go", "rust", "esbuild")
_PYTHON = re.compile(r"python3\.\d+\Z")


@dataclass(frozen=True)
class SamBuilder:
    """``sam build``.

    Attributes:
        executable: finds sam; asked for when it is run.
        env: the environment that it runs in; the settings of pip, npm and the engine come with it.
        engine: answers whether a container engine can be asked.
        timeout: seconds for one function.
    """

    executable: Callable[[], Path]
    env: Mapping[str, str]
    engine: Callable[[], bool]
    timeout: float = 900

    def build(self, tree: Path, wanted: CodeBuild, target: Path) -> None:
        """See :class:`release.releases.ports.CodeBuilder`."""
        where = self._where(wanted)
        with tempfile.TemporaryDirectory(prefix="release-", dir=target.parent.absolute()) as name:
            folder = Path(name)
            configuration = folder / "samconfig.toml"
            configuration.write_text("version = 0.1\n", encoding="ascii")
            template = (tree / wanted.template).absolute()
            command: list[str | Path] = [self.executable(), "build", wanted.logical_id, "--template-file", template]
            command += ["--config-file", configuration, "--build-dir", folder / "out", "--cache-dir", folder / "cache"]
            command += ["--no-cached", "--no-build-in-source", *where]
            try:
                process.run(command, cwd=template.parent, env=self._environment(), timeout=self.timeout)
            except RemoteError as error:
                raise self._failure(wanted, error) from error
            built = folder / "out" / wanted.logical_id
            if not built.is_dir():
                raise RemoteError(
                    f"sam build answered well, and there is no {wanted.logical_id} of {wanted.template}",
                    untouched="everything",
                    next_step=f"sam build {wanted.logical_id} --template-file {wanted.template}",
                )
            built.rename(target)

    def _where(self, wanted: CodeBuild) -> list[str]:
        """Nothing where this machine has what the build needs, else the option that builds in the engine."""
        program = _program(wanted.method)
        if program and shutil.which(program, path=self.env.get("PATH")):
            return []
        if wanted.method.startswith(_NO_CONTAINER) or not self.engine():
            raise MachineError(
                f"{wanted.logical_id} of {wanted.template} is built with {wanted.method or 'a computed runtime'}, and "
                f"neither {program or 'that'} is on this machine nor a container engine that sam can build it in",
                untouched="everything",
                next_step=f"install {program or 'a container engine'}, then run the same command again",
            )
        log.info("%s is not on this machine: %s is built in a container", program or wanted.method, wanted.logical_id)
        return ["--use-container"]

    def _environment(self) -> dict[str, str]:
        # No byte code in what is built: it would hold the sources' times.
        return {**self.env, "SAM_CLI_TELEMETRY": "0", "PYTHONDONTWRITEBYTECODE": "1", "PIP_NO_COMPILE": "1"}

    def _failure(self, wanted: CodeBuild, error: RemoteError) -> ReleaseError:
        return RemoteError(
            f"sam build of {wanted.logical_id} in {wanted.template} failed: {error.message}",
            untouched="everything",
            next_step=f"sam build {wanted.logical_id} --template-file {wanted.template} shows all of it",
        )


def _program(method: str) -> str:
    if _PYTHON.match(method):
        return method
    return next((program for start, program in _PROGRAMS.items() if method.startswith(start)), "")
