"""The images that Dockerfiles build on: the registry's where it can be reached, else stand-ins with their contract.

What a stand-in promises is what its image promises a Dockerfile: AWS's page "Using an AWS base image for Python" and
that image's own configuration (Python with pip on PATH that installs into the system, ``/var/task`` as working
directory and ``LAMBDA_TASK_ROOT``, ``/var/runtime``, boto3, and ``/lambda-entrypoint.sh`` that takes the handler and
runs the runtime interface client, behind the emulator when no Lambda runtime API is given), and docker-library's
``python`` and ``debian``. Its files are Debian's: it shows the pipeline, not AWS's libraries.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import base_debian, base_rootfs
from rehearsal.machine.oci_layout import ImageConfig, write_layout
from rehearsal.machine.standin import StandIn, stand_in
from release.adapters import process
from release.adapters.toolbox import Cache, Toolbox
from release.errors import MachineError, RemoteError
from release.images.model import OWN_FRONTEND
from release.images.reference import parse_reference

RECIPE = "7"  # raised with every change of what a stand-in holds
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # as the kernel and as OCI call them
_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_LAMBDA = {  # as AWS's image has it
    "LANG": "en_US.UTF-8",
    "TZ": ":/etc/localtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}


@dataclass(frozen=True)
class RehearsalBase:
    """An image that Dockerfiles build on or copy from.

    Attributes:
        reference: the name by which they do.
        layout: folder with the stand-in as OCI layout; None when the registry's image is used, or the engine's own.
        digest: of the stand-in, else "".
        note: one line for a person about the stand-in; "" for the registry's.
    """

    reference: str
    layout: Path | None
    digest: str
    note: str

    @property
    def stand_in(self) -> bool:
        """Whether it is not the registry's."""
        return bool(self.note)

    @property
    def context(self) -> str:
        """What RELEASE_BASE says of a stand-in."""
        return f"oci-layout://{self.layout}@{self.digest}" if self.layout else OWN_FRONTEND


def find_or_make(
    names: Iterable[str], docker: Path, env: Mapping[str, str], cache: Cache, toolbox: Toolbox
) -> tuple[RehearsalBase, ...]:
    """Each of ``names`` (``name:tag@sha256:…``) from its registry where that answers, else its stand-in.

    Raises MachineError when one can be had neither way; each such image is named, and nothing was made.
    """
    wanted = known(names, docker, env)
    if missing := {name: why for name, why in wanted.items() if isinstance(why, str)}:
        told = "; ".join(f"{name}: {why}" for name, why in missing.items())
        raise MachineError(
            f"no registry can be reached from here, and what a Dockerfile builds on has no stand-in: {told}",
            untouched="everything; nothing was started",
            next_step="rehearse where the registry can be reached, or build on an image that docs/rehearsal.md lists",
        )
    return tuple(
        make(name, found, cache, toolbox) if isinstance(found, StandIn) else RehearsalBase(name, None, "", "")
        for name, found in wanted.items()
    )


def known(names: Iterable[str], docker: Path, env: Mapping[str, str]) -> dict[str, StandIn | str | None]:
    """What each of ``names`` is taken from: None its registry, which answers; else a stand-in, or why there is none."""
    asked: dict[str, bool] = {}
    found: dict[str, StandIn | str | None] = {}
    for name in dict.fromkeys(names):
        reference = parse_reference(name)
        host = reference.host if reference else ""
        if host not in asked:
            asked[host] = _answers(name, docker, env)
        found[name] = None if asked[host] else stand_in(name)
    return found


def _answers(name: str, docker: Path, env: Mapping[str, str]) -> bool:
    """Whether the registry of ``name`` does; that it has no such image is an answer, which the build will tell."""
    try:
        process.run([docker, "buildx", "imagetools", "inspect", "--raw", name], env=env, timeout=30)
    except RemoteError as error:  # one that is out of reach says so, or hangs
        return "not found" in error.message
    return True


def make(reference: str, wanted: StandIn, cache: Cache, toolbox: Toolbox) -> RehearsalBase:
    """The stand-in for ``reference`` from the machine's Debian mirror, made once. Raises MachineError, RemoteError."""
    if wanted.kind == "frontend":
        return RehearsalBase(reference, None, "", wanted.said(reference))
    machine = platform.machine()
    if machine not in MACHINES:
        raise MachineError(
            f"Lambda has no images for {machine}", untouched="everything", next_step="rehearse on x86_64 or aarch64"
        )
    locks = ("uv",) if wanted.kind == "uv" else (*(["uv"] * wanted.uv), base_rootfs.lock_name(wanted))
    told = [f"{RECIPE} {machine} {wanted.key} ".encode(), base_rootfs.scripts(), base_debian.machine_trust().encode()]
    told += [toolbox.lock_file(name).read_bytes() for name in locks]
    folder = cache.folder("base") / f"{wanted.key}-{hashlib.sha256(b''.join(told)).hexdigest()[:16]}"
    digest = cache.make_once(folder, lambda new: _make(new, wanted, machine, cache, toolbox))
    return RehearsalBase(reference, folder / "layout", digest, wanted.said(reference))


def _make(folder: Path, wanted: StandIn, machine: str, cache: Cache, toolbox: Toolbox) -> str:
    toolbox.progress(f"making a stand-in ({wanted.key}) from Debian packages")
    rootfs = folder / "rootfs"
    base_rootfs.make(rootfs, wanted, machine, cache, toolbox)
    digest = write_layout(rootfs, _config(wanted, MACHINES[machine]), folder / "layout")
    shutil.rmtree(rootfs)
    return digest


def _config(wanted: StandIn, architecture: str) -> ImageConfig:
    comment = f"stand-in: {wanted.key}"
    trust = base_debian.trust_environment() if wanted.kind != "uv" else {}
    if wanted.kind == "lambda":
        return ImageConfig(architecture, {**_LAMBDA, **trust}, ["/lambda-entrypoint.sh"], "/var/task", comment)
    if wanted.kind == "uv":
        return ImageConfig(architecture, {"PATH": "/"}, ["/uv"], "/", comment)
    command = ["python3"] if wanted.python else ["bash"]
    return ImageConfig(architecture, {"PATH": _PATH, "LANG": "C.UTF-8", **trust}, [], "/", comment, command)
