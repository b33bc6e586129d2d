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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rehearsal.machine import debian
from rehearsal.machine.oci_layout import ImageConfig, write_layout
from release.adapters import process
from release.adapters.toolbox import Cache, Toolbox
from release.errors import MachineError, RemoteError

RECIPE = "2"  # raised with every change of what the stand-in holds
PACKAGES = [
    "base-files",
    "base-passwd",
    "bash",
    "ca-certificates",
    "coreutils",
    "dash",
    "findutils",
    "grep",
    "libc-bin",
]
PACKAGES += ["libstdc++6", "netbase", "python3.13", "sed", "tzdata"]
DROPPED = ["doc", "man", "info", "locale", "lintian", "bug", "perl5", "i18n", "common-licenses", "bash-completion"]
MACHINES = {"x86_64": ("amd64", "x86_64"), "aarch64": ("arm64", "arm64")}
PIP_TARGET = "usr/local/lib/python3.13/dist-packages"  # on the path of Debian's Python
ENV = {  # as AWS's image has it
    "LANG": "en_US.UTF-8",
    "TZ": ":/etc/localtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}


@dataclass(frozen=True)
class BaseImage:
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


def find_or_make(reference: str, docker: Path, env: dict[str, str], cache: Cache, toolbox: Toolbox) -> BaseImage:
    """``reference`` (``name:tag@sha256:…``) where its registry answers, else the stand-in, made once per machine.

    Raises MachineError when neither can be had.
    """
    digest = reference.partition("@")[2]
    seen = process.run(
        [docker, "buildx", "imagetools", "inspect", "--raw", reference], env=env, timeout=30, check=False
    )
    if seen.code == 0:
        return BaseImage(reference, None, digest, False, f"base image: {reference}")
    return stand_in(reference, cache, toolbox)


def stand_in(reference: str, cache: Cache, toolbox: Toolbox) -> BaseImage:
    """The stand-in for ``reference`` from the machine's Debian mirror. Raises MachineError, RemoteError."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise MachineError(f"Lambda has no images for {machine}", untouched="everything")
    lock_file = toolbox.lock_file("base")
    key = hashlib.sha256(f"{RECIPE} {machine} ".encode() + lock_file.read_bytes() + _entrypoint().encode())
    folder = cache.folder("base") / key.hexdigest()[:16]
    digest = cache.make_once(folder, lambda new: _make(new, machine, cache, toolbox))
    note = f"{reference.partition('@')[0]} cannot be pulled here: a stand-in with Debian's Python 3.13 takes its place"
    return BaseImage(reference, folder / "layout", digest, True, note)


def _make(folder: Path, machine: str, cache: Cache, toolbox: Toolbox) -> str:
    toolbox.progress("making a stand-in for the Lambda base image from Debian packages")
    mirror = debian.machine_mirror()
    rootfs = folder / "rootfs"
    _merged_usr(rootfs)
    archives = debian.Packages(cache, mirror, "base").fetch(PACKAGES, dependencies=True)
    for archive in archives:
        debian.unpack(archive, rootfs)
    _settle(rootfs, archives)
    _add_lambda(rootfs, machine, toolbox)
    _compile(rootfs)
    architecture = MACHINES[machine][0]
    config = ImageConfig(
        architecture, ENV, ["/lambda-entrypoint.sh"], "/var/task", "stand-in for the AWS Lambda base image"
    )
    digest = write_layout(rootfs, config, folder / "layout")
    shutil.rmtree(rootfs)
    for archive in archives:
        archive.unlink()
    return digest


def _merged_usr(rootfs: Path) -> None:
    """/bin and its like as links, before the first package is unpacked (Debian: UsrMerge)."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (rootfs / "usr" / name).mkdir(parents=True)
        (rootfs / name).symlink_to(f"usr/{name}")


def _settle(rootfs: Path, archives: list[Path]) -> None:
    """What the packages' own scripts would have done, and what a small image leaves out."""
    share = rootfs / "usr" / "share"
    shutil.copy(share / "base-passwd" / "passwd.master", rootfs / "etc" / "passwd")
    shutil.copy(share / "base-passwd" / "group.master", rootfs / "etc" / "group")
    shutil.copy(share / "libc-bin" / "nsswitch.conf", rootfs / "etc" / "nsswitch.conf")
    certificates = sorted((share / "ca-certificates").rglob("*.crt"))
    bundle = rootfs / "etc" / "ssl" / "certs" / "ca-certificates.crt"
    bundle.write_text("".join(path.read_text() for path in certificates))
    (rootfs / "etc" / "localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    # scanners read the installed packages here; without it the image would look empty
    status = ["Status: install ok installed\n" + debian.control(archive) for archive in archives]
    (rootfs / "var" / "lib" / "dpkg").mkdir(parents=True, exist_ok=True)
    (rootfs / "var" / "lib" / "dpkg" / "status").write_text("\n".join(status))
    for name in DROPPED:
        shutil.rmtree(share / name, ignore_errors=True)
    for gconv in (rootfs / "usr" / "lib").glob("*/gconv"):
        shutil.rmtree(gconv)


def _add_lambda(rootfs: Path, machine: str, toolbox: Toolbox) -> None:
    for name in ("var/task", "var/runtime", "var/lang/bin", "opt", "usr/local/bin"):
        (rootfs / name).mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3", "python3.13"):
        (rootfs / "var/lang/bin" / name).symlink_to("/usr/bin/python3.13")
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in (28, 17)] + [f"manylinux2014_{machine}"]
    options = ["--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"]
    options += ["--python-version", "3.13", *(f"--platform={name}" for name in platforms)]
    lock_file = toolbox.lock_file("base")
    toolbox.pip(["install", *options, "--target", rootfs / PIP_TARGET, "-r", lock_file])
    shutil.rmtree(rootfs / PIP_TARGET / "bin", ignore_errors=True)  # launchers that name this machine's Python
    for name in ("pip", "pip3", "pip3.13"):
        _script(rootfs / "var/lang/bin" / name, '#!/bin/sh\nexec /var/lang/bin/python3.13 -m pip "$@"\n')
    emulators = toolbox.venv("sam").site_packages / "samcli" / "local" / "rapid"
    shutil.copy(emulators / f"aws-lambda-rie-{MACHINES[machine][1]}", rootfs / "usr/local/bin/aws-lambda-rie")
    (rootfs / "usr/local/bin/aws-lambda-rie").chmod(0o755)
    _script(rootfs / "lambda-entrypoint.sh", _entrypoint())


def _entrypoint() -> str:
    return Path(__file__).with_name("lambda-entrypoint.sh").read_text()


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _compile(rootfs: Path) -> None:
    """Byte-compile with the image's own Python, by hash instead of time so that the bytes are the same everywhere."""
    loader = next((rootfs / "usr/lib64").glob("ld-linux-*"), None) or next((rootfs / "usr/lib").glob("ld-linux-*"))
    libraries = ":".join(str(path) for path in (rootfs / "usr/lib").glob("*-linux-gnu"))
    python: list[str | Path] = [loader, "--library-path", libraries, rootfs / "usr/bin/python3.13"]
    env = {"PYTHONHOME": str(rootfs / "usr"), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["-q", "-s", str(rootfs), "-p", "/", "--invalidation-mode", "unchecked-hash"]
    library, installed = rootfs / "usr/lib/python3.13", rootfs / PIP_TARGET

    def compile_folder(folder: Path) -> None:
        # pip's vendored files for other Pythons do not all compile: the exit code says no more than that
        process.run([*python, "-m", "compileall", *options, folder], env=env, timeout=300, check=False)

    with ThreadPoolExecutor() as pool:  # not compileall's own workers: they would start Python without the loader
        list(pool.map(compile_folder, (library, installed)))
    if not all(list(folder.glob("**/*.cpython-313.pyc")) for folder in (library, installed)):
        raise RemoteError("the stand-in's Python did not compile its own library", untouched="everything")
