"""Debian's Python as python.org's own build would be: another prefix, ``site-packages``, and pip installs into it.

Debian keeps the system's Python from pip (PEP 668) and gives it folders of its own; the official images and AWS's hold
one that is there for the Dockerfile to install into. Its source is Debian's; the changed lines are those of Debian's
patches ``distutils-install-layout`` and ``sysconfig-debian-schemes``, taken back.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from release.adapters import process
from release.adapters.toolbox import Toolbox
from release.errors import RemoteError

#: file below lib/python3.X -> (what Debian wrote, what stands there instead)
_TAKEN_BACK = {
    "sysconfig/__init__.py": [("prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'")],
    "sysconfig.py": [("prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'")],
    "distutils/command/install.py": [
        ('self.select_scheme("unix_local")', 'self.select_scheme("unix_prefix")'),
        ("os.path.normpath(self.prefix) == '/usr/local'", "False"),
    ],
}
_REMOVED = ("EXTERNALLY-MANAGED", "_distutils_system_mod.py", "test", "idlelib", "turtledemo")
#: Debian's ``site`` is frozen into the interpreter, and it looks into dist-packages alone.
_SITE = """import os, site, sys

place = os.path.join(sys.base_prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
site.getsitepackages = lambda prefixes=None: [place]
site.addsitedir(place)
"""


def packages(python: str) -> list[str]:
    """Debian's packages that hold Python ``python`` (``3.13``)."""
    old = ["python3-distutils"] if python in ("3.9", "3.10", "3.11") else []
    return [f"python{python}", f"python{python}-venv", *old]


def headers(python: str) -> list[str]:
    """The package with the headers, which the official images have; its libraries are removed again."""
    return [f"libpython{python}-dev"] if python else []


def hidden(python: str) -> tuple[str, ...]:
    """How the archives of those packages begin that are files of the image, and not packages of its system."""
    return (f"python{python}", f"libpython{python}", "python3-", "python3_", "python-pip-whl", "libpython3-")


def move(rootfs: Path, python: str, called: str, prefix: str) -> None:
    """Move Python ``python`` from ``/usr`` to ``prefix`` (no leading slash), where it also goes by ``called``."""
    usr, new = rootfs / "usr", rootfs / prefix
    for part in ("bin", "lib", "include"):
        (new / part).mkdir(parents=True, exist_ok=True)
    library = new / "lib" / f"python{python}"
    shutil.move(usr / "lib" / f"python{python}", library)
    shutil.move(usr / "bin" / f"python{python}", new / "bin" / f"python{python}")
    shutil.move(usr / "include" / f"python{python}", new / "include" / f"python{python}")
    for archive in (*library.glob("config-*/*.a"), *(usr / "lib").glob(f"*-linux-gnu/libpython{python}*")):
        archive.unlink()
    for other in (*(usr / "bin").glob("python3*"), *(usr / "bin").glob("pydoc3*"), usr / "lib" / "python3"):
        shutil.rmtree(other) if other.is_dir() and not other.is_symlink() else other.unlink(missing_ok=True)
    for name in _REMOVED:
        path = library / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for name, changes in _TAKEN_BACK.items():
        if (file := library / name).is_file():
            text = file.read_text()
            for old, instead in changes:
                text = text.replace(old, instead)
            file.write_text(text)
    for folder in ("site-packages", "dist-packages"):
        (library / folder).mkdir(exist_ok=True)
    (library / "_stand_in_site.py").write_text(_SITE)
    (library / "dist-packages" / "stand-in.pth").write_text("import _stand_in_site\n")
    for name in dict.fromkeys(("python", "python3", f"python{called}")):
        if name != f"python{python}":
            (new / "bin" / name).symlink_to(f"python{python}")
    if called != python:  # the folders by the name that the Dockerfile's base has
        (new / "lib" / f"python{called}").symlink_to(f"python{python}")
        (new / "include" / f"python{called}").symlink_to(f"python{python}")


def install(rootfs: Path, python: str, called: str, prefix: str, machine: str, lock: Path, toolbox: Toolbox) -> None:
    """Install what ``lock`` names into the image's Python, from this machine. Raises RemoteError, MachineError."""
    target = rootfs / prefix / "lib" / f"python{python}" / "site-packages"
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in (28, 17)] + [f"manylinux2014_{machine}"]
    options = ["--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"]
    options += ["--python-version", python, *(f"--platform={name}" for name in platforms)]
    toolbox.pip(["install", *options, "--target", target, "-r", lock])
    shutil.rmtree(target / "bin", ignore_errors=True)  # launchers that name this machine's Python
    for name in dict.fromkeys(("pip", "pip3", f"pip{called}")):
        launcher = rootfs / prefix / "bin" / name
        launcher.write_text(f'#!/bin/sh\nexec /{prefix}/bin/python{python} -m pip "$@"\n')
        launcher.chmod(0o755)


def compile_all(rootfs: Path, python: str, prefix: str) -> None:
    """Byte-compile with the image's own Python, by hash instead of time so that the bytes are the same everywhere."""
    home = rootfs / prefix
    library = home / "lib" / f"python{python}"
    loader = next((rootfs / "usr/lib64").glob("ld-linux-*"), None) or next((rootfs / "usr/lib").glob("ld-linux-*"))
    libraries = ":".join(str(path) for path in (rootfs / "usr/lib").glob("*-linux-gnu"))
    interpreter: list[str | Path] = [loader, "--library-path", libraries, home / "bin" / f"python{python}"]
    env = {"PYTHONHOME": str(home), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["-q", "-s", str(rootfs), "-p", "/", "--invalidation-mode", "unchecked-hash"]

    def compile_folder(folder: Path) -> None:
        # pip's vendored files for other Pythons do not all compile: the exit code says no more than that
        process.run([*interpreter, "-m", "compileall", *options, folder], env=env, timeout=300, check=False)

    installed = [each for each in (library / "site-packages").iterdir() if each.is_dir()]
    parts = [each for each in library.iterdir() if each.is_dir() and each.name != "site-packages"]
    with ThreadPoolExecutor(2) as pool:  # not compileall's own workers: they would start Python without the loader
        list(pool.map(compile_folder, [*installed, *parts]))
    process.run([*interpreter, "-m", "compileall", "-l", *options, library], env=env, timeout=300, check=False)
    if not list(library.glob("__pycache__/*.pyc")) or not list(library.glob("json/__pycache__/*.pyc")):
        raise RemoteError("the stand-in's Python did not compile its own library", untouched="everything")
