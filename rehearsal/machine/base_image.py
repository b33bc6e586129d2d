"""The base image of the functions: AWS's where it can be pulled, else a stand-in with the same contract.

The contract is what AWS's page "Using an AWS base image for Python" and the image's own configuration promise a
Dockerfile: Python 3.13 with pip on PATH, ``/var/task`` as working directory and ``LAMBDA_TASK_ROOT``, ``/var/runtime``,
and ``/lambda-entrypoint.sh`` that takes the handler and runs the runtime interface client, behind the emulator when no
Lambda runtime API is given. The stand-in is Debian's Python: it shows the pipeline, not AWS's libraries.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import base_rootfs
from rehearsal.machine.oci_layout import ImageConfig, write_layout
from release.adapters import process
from release.adapters.toolbox import Cache, Toolbox
from release.errors import MachineError, RemoteError

RECIPE = "2"  # raised with every change of what the stand-in holds
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # as the kernel and as OCI call them
ENV = {  # as AWS's image has it
    "LANG": "en_US.UTF-8",
    "TZ": ":/etc/localtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}


@dataclass(frozen=True)
class RehearsalBase:
    """What the functions' images are built on.

    Attributes:
        reference: the name the Dockerfile's BASE_IMAGE argument holds.
        layout: folder with the stand-in as OCI layout; None when AWS's image is used.
        digest: of the image that is really used.
        stand_in: whether it is not AWS's.
        note: one line for a person.
    """

    reference: str
    layout: Path | None
    digest: str
    stand_in: bool
    note: str


def find_or_make(reference: str, docker: Path, env: dict[str, str], cache: Cache, toolbox: Toolbox) -> RehearsalBase:
    """``reference`` (``name:tag@sha256:…``) where its registry answers, else the stand-in, made once per machine.

    Raises MachineError when neither can be had.
    """
    with suppress(RemoteError):  # a registry that is out of reach says so, or hangs
        process.run([docker, "buildx", "imagetools", "inspect", "--raw", reference], env=env, timeout=30)
        return RehearsalBase(reference, None, reference.partition("@")[2], False, f"base image: {reference}")
    return stand_in(reference, cache, toolbox)


def stand_in(reference: str, cache: Cache, toolbox: Toolbox) -> RehearsalBase:
    """The stand-in for ``reference`` from the machine's Debian mirror. Raises MachineError, RemoteError."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise MachineError(
            f"Lambda has no images for {machine}", untouched="everything", next_step="rehearse on x86_64 or aarch64"
        )
    lock_file = toolbox.lock_file("base")
    key = hashlib.sha256(f"{RECIPE} {machine} ".encode() + lock_file.read_bytes() + base_rootfs.entrypoint().encode())
    folder = cache.folder("base") / key.hexdigest()[:16]
    digest = cache.make_once(folder, lambda new: _make(new, machine, cache, toolbox))
    note = f"{reference.partition('@')[0]} cannot be pulled here: a stand-in with Debian's Python 3.13 takes its place"
    return RehearsalBase(reference, folder / "layout", digest, True, note)


def _make(folder: Path, machine: str, cache: Cache, toolbox: Toolbox) -> str:
    toolbox.progress("making a stand-in for the Lambda base image from Debian packages")
    rootfs = folder / "rootfs"
    base_rootfs.make(rootfs, machine, cache, toolbox)
    comment = "stand-in for the AWS Lambda base image"
    config = ImageConfig(MACHINES[machine], ENV, ["/lambda-entrypoint.sh"], "/var/task", comment)
    digest = write_layout(rootfs, config, folder / "layout")
    shutil.rmtree(rootfs)
    return digest
