"""The cache folder of the rehearsal, and the tools in it: each in a virtual environment of its own.

Nothing is installed on the machine. A tool's environment is made from its lock file (``<tool>.txt``, hashed), which is
installed with the package that needs it, by the machine's own pip, so the machine's own index configuration applies.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.errors import MachineError, RemoteError

Progress = Callable[[str], None]

COMPLETE = ".complete"

#: The lock files of the tools that the command itself runs (sam.txt).
LOCKS = Path(__file__).with_name("locks")


@dataclass(frozen=True)
class Cache:
    """A folder that may be deleted at any time while nothing runs."""

    root: Path

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Cache:
        """``$RELEASE_CACHE``, or ``lambda-image-release`` below ``$XDG_CACHE_HOME`` or ``~/.cache``."""
        if chosen := env.get("RELEASE_CACHE"):
            return cls(Path(chosen).absolute())
        base = env.get("XDG_CACHE_HOME") or str(Path(env.get("HOME") or Path.home()) / ".cache")
        return cls(Path(base).absolute() / "lambda-image-release")

    def folder(self, *parts: str) -> Path:
        """A folder of the cache, made where missing. Raises MachineError when that is impossible."""
        path = self.root.joinpath(*parts)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(
                f"the cache folder {path} cannot be made: {error.strerror}",
                untouched="everything",
                next_step="free the disk, or point RELEASE_CACHE at a folder that can be written",
            ) from error
        return path

    @contextmanager
    def lock(self, name: str, *, wait: float = 900, busy: Progress | None = None) -> Iterator[None]:
        """Hold the cache's lock ``name`` alone; the kernel frees it when the process ends, however it ends.

        Args:
            wait: seconds; then MachineError.
            busy: told once, when another run holds the lock.
        """
        descriptor = os.open(self.folder("locks") / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _acquire(descriptor, name, wait, busy)
            yield
        finally:
            os.close(descriptor)

    def complete(self, folder: Path) -> bool:
        """Whether ``folder`` was made to its end."""
        return (folder / COMPLETE).is_file()

    def make_once(self, folder: Path, make: Callable[[Path], str]) -> str:
        """What ``make`` returned for ``folder``, calling it only when no earlier run came to its end.

        A half-made folder is removed and made again; the ``.complete`` file, written last, holds the returned text.
        """
        with self.lock(f"make-{folder.name}"):
            if not self.complete(folder):
                shutil.rmtree(folder, ignore_errors=True)
                self.folder(*folder.relative_to(self.root).parts)
                try:
                    text = make(folder)
                    (folder / COMPLETE).write_text(text)
                except OSError as error:
                    raise MachineError(
                        f"{folder} cannot be made: {error.strerror or error}",
                        untouched="everything outside the cache folder",
                        next_step="free the disk and run the command again; it starts this part anew",
                    ) from error
            return (folder / COMPLETE).read_text()


def _acquire(descriptor: int, name: str, wait: float, busy: Progress | None) -> None:
    deadline = time.monotonic() + wait
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise MachineError(
                    f"another run has held {name} for {wait:.0f} s",
                    untouched="everything",
                    next_step="wait for the other run, or end it, and run the command again",
                ) from None
        if busy and not told:
            busy(f"waiting for another run that holds {name}")
            told = True
        time.sleep(0.2)


@dataclass(frozen=True)
class Venv:
    """One tool's virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its packages are."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / version / "site-packages"

    def tool(self, name: str) -> Path:
        """The command ``name``. Raises MachineError when the environment lacks it."""
        return process.find(
            name, remedy=f"remove {self.folder} and run the command again", path=str(self.folder / "bin")
        )


@dataclass(frozen=True)
class Toolbox:
    """Tools by name, made on first use.

    Args:
        locks: the folders with the lock files; the first that has one for a tool decides.
        progress: told one line at a time what takes long.
    """

    cache: Cache
    locks: Sequence[Path]
    progress: Progress

    def venv(self, name: str) -> Venv:
        """The environment of ``<name>.txt``, made when there is none.

        Raises:
            MachineError: no such lock file, no pip, no disk.
            RemoteError: the package index did not deliver, or delivered something else than the lock file names.
        """
        lock_file = self.lock_file(name)
        folder = self.cache.folder("venvs") / f"{name}-{self.key(lock_file)}"
        self.cache.make_once(folder, lambda new: self._install(name, lock_file, new))
        return Venv(folder)

    def venvs(self, names: Sequence[str]) -> dict[str, Venv]:
        """Several environments, made side by side: downloading one overlaps with unpacking another."""
        with ThreadPoolExecutor(max_workers=max(len(names), 1)) as pool:
            return dict(zip(names, pool.map(self.venv, names), strict=True))

    def pip(self, arguments: Sequence[str | Path], *, timeout: float = 900) -> None:
        """Run pip; ``arguments`` start with pip's own options or the verb.

        Raises MachineError when there is no pip, RemoteError when it fails.
        """
        process.run([self._with_pip(), "-m", "pip", *arguments], timeout=timeout)

    def _with_pip(self) -> Path:
        """An interpreter that has pip: this one, or, where uv made its environment, one that Python's own pip is in."""
        if process.run([sys.executable, "-m", "pip", "--version"], check=False).code == 0:
            return Path(sys.executable)
        key = hashlib.sha256(sys.version.encode()).hexdigest()[:16]
        folder = self.cache.folder("venvs") / f"pip-{key}"
        try:
            self.cache.make_once(folder, lambda new: process.run([sys.executable, "-m", "venv", new]).stdout)
        except RemoteError as error:
            raise MachineError(
                f"{sys.executable} has no pip, and none can be made",
                untouched="everything",
                next_step="install the packages python3-pip and python3-venv, then run the same command again",
            ) from error
        return Venv(folder).python

    def lock_file(self, name: str) -> Path:
        """The file that locks ``name``'s packages. Raises MachineError when the installation lacks it."""
        for folder in self.locks:
            if (folder / f"{name}.txt").is_file():
                return folder / f"{name}.txt"
        raise MachineError(
            f"there is no lock file {name}.txt in {' or '.join(str(folder) for folder in self.locks)}",
            untouched="everything",
            next_step="install lambda-image-release again: files of it are missing",
        )

    def key(self, lock_file: Path) -> str:
        """What decides whether an environment can be used again: the lock file and the interpreter."""
        return hashlib.sha256(lock_file.read_bytes() + sys.version.encode()).hexdigest()[:16]

    def _install(self, name: str, lock_file: Path, folder: Path) -> str:
        self.progress(f"installing {name} into the cache")
        started = time.monotonic()
        process.run([sys.executable, "-m", "venv", "--without-pip", folder])
        try:
            # --no-deps: the lock file is the whole closure, and pip up to 23 refuses locked packages that another one
            # asks for with extras. --no-compile: most modules are never imported.
            options = ["--quiet", "--no-deps", "--no-compile", "--require-hashes"]
            self.pip(["--python", folder / "bin" / "python", "install", *options, "-r", lock_file])
        except RemoteError as error:
            error.untouched = "everything outside the cache folder"
            error.next_step = "check pip's index configuration (pip config list), then run the command again"
            raise
        return f"{time.monotonic() - started:.0f} s"
