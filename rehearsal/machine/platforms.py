"""Which CPUs images can be built and run for on this machine."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping

from rehearsal.machine.base_image import MACHINES, RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle
from release.errors import MachineError

_NATIVE = re.compile(r"linux/[a-z0-9]+")


def mine() -> str:
    """This machine's, as images name it."""
    return f"linux/{MACHINES.get(platform.machine(), platform.machine())}"


def check(wanted: Mapping[str, str], engine: EngineHandle) -> None:
    """Raise MachineError when an image is for a CPU that the engine has not, and emulates not.

    Args:
        wanted: image -> its platform.
    """
    foreign = {image: each for image, each in wanted.items() if each != mine()}
    if not foreign:
        return
    there = set(_NATIVE.findall(engine.run("buildx", "inspect", engine.builder)))
    if lacking := [image for image, each in foreign.items() if each not in there]:
        raise _refused(lacking, foreign, f"this machine's engine builds and runs {', '.join(sorted(there))}")


def check_bases(wanted: Mapping[str, str], bases: Iterable[RehearsalBase]) -> None:
    """Raise MachineError when an image for another CPU would be built on stand-ins, which are for this machine's."""
    foreign = {image: each for image, each in wanted.items() if each != mine()}
    stand_ins = [base.reference.partition("@")[0] for base in bases if base.stand_in and base.layout]
    if foreign and stand_ins:
        why = f"{', '.join(stand_ins)} cannot be pulled here, and a stand-in is for this machine's {mine()}"
        raise _refused(list(foreign), foreign, why)


def _refused(images: list[str], platforms: Mapping[str, str], why: str) -> MachineError:
    told = ", ".join(f"{image} ({platforms[image]})" for image in images)
    return MachineError(
        f"what is for another CPU cannot be rehearsed here: {told}; {why}",
        untouched="everything; nothing was started",
        next_step="rehearse on a machine with that CPU, or where the engine emulates it "
        "(docker run --privileged --rm tonistiigi/binfmt --install all) and the registries can be reached",
    )
