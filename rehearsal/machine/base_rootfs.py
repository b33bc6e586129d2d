"""A stand-in's files: a Debian system, with a Python where the image that it stands in for has it."""

from __future__ import annotations

import shutil
from pathlib import Path

from rehearsal.machine import base_debian, base_python
from rehearsal.machine.standin import StandIn
from release.adapters.toolbox import Cache, Toolbox

RIE = {"x86_64": "x86_64", "aarch64": "arm64"}  # machine -> the end of the runtime interface emulator's file name
LAMBDA_PREFIX, PREFIX = "var/lang", "usr/local"
COMPILERS = ["build-essential", "curl", "git", "libffi-dev", "libpq-dev", "libssl-dev", "pkg-config", "zlib1g-dev"]
LAMBDA_PACKAGES = ["curl"]  # AWS's base has curl-minimal
HERE = Path(__file__).parent
SCRIPTS = {  # file of the image -> the script beside this module
    "lambda-entrypoint.sh": "lambda-entrypoint.sh",
    "var/runtime/bootstrap": "lambda-bootstrap.sh",
    "usr/bin/dnf": "lambda-dnf.sh",
}
LINKS = {"usr/bin/microdnf": "dnf", "usr/bin/yum": "dnf"}


def make(rootfs: Path, wanted: StandIn, machine: str, cache: Cache, toolbox: Toolbox) -> None:
    """Fill the folder ``rootfs`` for ``machine`` (``x86_64`` or ``aarch64``).

    Raises MachineError, RemoteError.
    """
    if wanted.kind == "uv":
        _add_uv(rootfs, machine, "", toolbox)
        return
    python, prefix = wanted.python, LAMBDA_PREFIX if wanted.kind == "lambda" else PREFIX
    packages = [*(COMPILERS if wanted.compilers else []), *(LAMBDA_PACKAGES if wanted.kind == "lambda" else [])]
    packages += base_python.packages(python) if python else []
    hidden = base_python.hidden(python) if python else ()
    base_debian.make(rootfs, wanted.suite, packages, base_python.headers(python), cache, hidden)
    if python:
        base_python.move(rootfs, python, wanted.called, prefix)
        lock = toolbox.lock_file(lock_name(wanted))
        base_python.install(rootfs, python, wanted.called, prefix, machine, lock, toolbox)
    if wanted.kind == "lambda":
        _add_lambda(rootfs, machine, toolbox)
    if wanted.uv:
        _add_uv(rootfs, machine, "usr/local/bin", toolbox)
    if python:
        base_python.compile_all(rootfs, python, prefix)


def lock_name(wanted: StandIn) -> str:
    """The lock file of what is installed into its Python."""
    name = "base" if wanted.kind == "lambda" else "python"
    return f"{name}-3.9" if wanted.python == "3.9" else name


def scripts() -> bytes:
    """The scripts that end in a stand-in, for telling one from the next."""
    return b"".join((HERE / name).read_bytes() for name in SCRIPTS.values())


def _add_lambda(rootfs: Path, machine: str, toolbox: Toolbox) -> None:
    for name in ("var/task", "var/runtime", "opt", "usr/local/bin"):
        (rootfs / name).mkdir(parents=True, exist_ok=True)
    emulators = toolbox.venv("sam").site_packages / "samcli" / "local" / "rapid"
    shutil.copy(emulators / f"aws-lambda-rie-{RIE[machine]}", rootfs / "usr/local/bin/aws-lambda-rie")
    (rootfs / "usr/local/bin/aws-lambda-rie").chmod(0o755)
    for path, script in SCRIPTS.items():
        shutil.copy(HERE / script, rootfs / path)
        (rootfs / path).chmod(0o755)
    for path, target in LINKS.items():
        (rootfs / path).symlink_to(target)


def _add_uv(rootfs: Path, machine: str, folder: str, toolbox: Toolbox) -> None:
    """The two programs of uv's Python package, which is what its image holds."""
    unpacked = rootfs / "unpacked"
    options = ["--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"]
    options += [
        "--python-version",
        "3.13",
        f"--platform=manylinux_2_17_{machine}",
        f"--platform=manylinux2014_{machine}",
    ]
    options += [f"--platform=manylinux_2_28_{machine}"]
    toolbox.pip(["install", *options, "--target", unpacked, "-r", toolbox.lock_file("uv")])
    (rootfs / folder).mkdir(parents=True, exist_ok=True)
    for name in ("uv", "uvx"):
        shutil.move(unpacked / "bin" / name, rootfs / folder / name)
        (rootfs / folder / name).chmod(0o755)
    shutil.rmtree(unpacked)
