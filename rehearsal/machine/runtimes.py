"""What functions run on that are no images: AWS's base of their runtime, or its stand-in, by a name in the engine.

The emulated Lambda starts a ZIP function in a container of AWS's base for its runtime (``python3.13`` in
``public.ecr.aws/lambda/python:3.13``), which nobody can pull where its registry is out of reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import base_image
from rehearsal.machine.base_image import RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.machine.standin import StandIn
from release.adapters import process
from release.adapters.toolbox import Cache, Toolbox

#: Before the runtime, in the engine's name of a stand-in; the run's own name is its tag.
NAME = "lambda-image-release/runtime-"
_RUNTIME = re.compile(r"(?P<language>[a-z]+?)(?P<version>[\d.]+?)?(?:\.x)?\Z")


@dataclass(frozen=True)
class RuntimeBase:
    """What a runtime's functions run on.

    Attributes:
        base: the stand-in; None for AWS's own base, and where there is neither.
        missing: why nothing of it runs here; "" when it does.
    """

    runtime: str
    base: RehearsalBase | None
    missing: str = ""

    def image(self, run: str) -> str:
        """The engine's name of the stand-in in the run ``run``."""
        return f"{NAME}{self.runtime}:{run}"


def name_of(runtime: str) -> str:
    """AWS's base for a runtime: ``nodejs22.x`` -> ``public.ecr.aws/lambda/nodejs:22``; "" for what is none."""
    found = _RUNTIME.match(runtime)
    return f"public.ecr.aws/lambda/{found['language']}:{found['version']}" if found and found["version"] else ""


def find_or_make(
    runtimes: Iterable[str], docker: Path, env: Mapping[str, str], cache: Cache, toolbox: Toolbox
) -> tuple[RuntimeBase, ...]:
    """Each runtime's base. One that can be had neither way is no error: its functions alone do not run."""
    names = {runtime: name_of(runtime) for runtime in runtimes}
    taken = base_image.known([name for name in names.values() if name], docker, env)
    found = []
    for runtime, name in names.items():
        from_where = taken.get(name, "AWS has no base for it")
        if isinstance(from_where, StandIn):
            found.append(RuntimeBase(runtime, base_image.make(name, from_where, cache, toolbox)))
        else:
            found.append(RuntimeBase(runtime, None, from_where or ""))
    return tuple(found)


def load(engine: EngineHandle, bases: Iterable[RuntimeBase], run: str) -> dict[str, str]:
    """Have the engine know each stand-in: runtime -> its name there. Raises RemoteError."""
    names = {}
    for each in bases:
        if each.base is None:
            continue
        builder = [] if engine.builder == "default" else ["--builder", engine.builder]
        command: list[str | Path] = [engine.docker, "buildx", "build", *builder, "--load", "--provenance=false"]
        command += ["--tag", each.image(run), "--build-context", f"base={each.base.context}", "-"]
        process.run(command, env=engine.environment(), stdin=b"FROM base\n")
        names[each.runtime] = each.image(run)
    return names


def forget(engine: EngineHandle, run: str) -> None:
    """Take the run's names out of the engine. Raises RemoteError."""
    if names := engine.run("images", "--quiet", "--filter", f"reference={NAME}*:{run}").split():
        engine.run("rmi", "--force", *names)
