"""The stand-in's files: Debian's Python 3.13 with what AWS's base image promises a Dockerfile, from Debian packages."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal.machine import debian
from release.adapters import process
from release.adapters.toolbox import Cache, Toolbox
from release.errors import RemoteError

PACKAGES = [
    *("base-files", "base-passwd", "bash", "ca-certificates", "coreutils", "dash", "findutils", "grep", "libc-bin"),
    *("libstdc++6", "netbase", "python3.13", "sed", "tzdata"),
]
DROPPED = ["doc", "man", "info", "locale", "lintian", "bug", "perl5", "i18n", "common-licenses", "bash-completion"]
RIE = {"x86_64": "x86_64", "aarch64": "arm64"}  # machine -> the end of the runtime interface emulator's file name
PIP_TARGET = "usr/local/lib/python3.13/dist-packages"  # on the path of Debian's Python


def make(rootfs: Path, machine: str, cache: Cache, toolbox: Toolbox) -> None:
    """Fill the folder ``rootfs`` for ``machine`` (``x86_64`` or ``aarch64``).

    Raises MachineError, RemoteError.
    """
    _merged_usr(rootfs)
    archives = debian.Packages(cache, debian.machine_mirror(), "base").fetch(PACKAGES, dependencies=True)
    for archive in archives:
        debian.unpack(archive, rootfs)
    _settle(rootfs, archives)
    _add_lambda(rootfs, machine, toolbox)
    _compile(rootfs)
    for archive in archives:
        archive.unlink()


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
    shutil.copy(emulators / f"aws-lambda-rie-{RIE[machine]}", rootfs / "usr/local/bin/aws-lambda-rie")
    (rootfs / "usr/local/bin/aws-lambda-rie").chmod(0o755)
    _script(rootfs / "lambda-entrypoint.sh", entrypoint())


def entrypoint() -> str:
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
