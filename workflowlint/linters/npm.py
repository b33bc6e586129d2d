"""npm packages in the cache, installed from a lock file by the machine's own npm."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError, RemoteError

_OLDEST = 20  # Node's major version; what the packages ask for


@dataclass(frozen=True)
class NodePackages:
    """Folders of npm packages, made on first use.

    Args:
        env: where PATH and npm's own configuration (registry, certificates) come from.
        progress: told one line at a time what takes long.
    """

    cache: Cache
    env: Mapping[str, str]
    progress: Progress

    def node(self) -> Path:
        """The machine's Node. Raises MachineError when there is none, or one that is too old."""
        remedy = f"install Node.js {_OLDEST} or newer with npm (Debian: apt-get install nodejs npm)"
        node = process.find("node", remedy=remedy, path=self.env.get("PATH"))
        version = process.run([node, "--version"], env=self.env).stdout.strip()
        if int(version.removeprefix("v").split(".")[0]) < _OLDEST:
            raise MachineError(f"{node} is {version}, too old", untouched="everything", next_step=remedy)
        return node

    def folder(self, package: Path) -> Path:
        """A folder with the files of ``package`` (where package.json and package-lock.json are) and its node_modules.

        Raises:
            MachineError: no Node, no npm, no disk.
            RemoteError: the registry did not deliver, or delivered something else than the lock file names.
        """
        files = sorted(path for path in package.iterdir() if path.is_file())
        key = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
        folder = self.cache.folder("node") / f"{package.name}-{key}"
        self.cache.make_once(folder, lambda new: self._install(files, new))
        return folder

    def _install(self, files: list[Path], folder: Path) -> str:
        self.node()
        npm = process.find("npm", remedy="install npm (Debian: apt-get install npm)", path=self.env.get("PATH"))
        self.progress(f"installing the npm packages of {files[0].parent.name} into the cache")
        for path in files:
            shutil.copy(path, folder)
        # --ignore-scripts: nothing that a package brings runs at installation.
        command: list[str | Path] = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            process.run(command, cwd=folder, env=self.env, timeout=300)
        except RemoteError as error:
            error.untouched = "everything outside the cache folder"
            error.next_step = "check npm's configuration (npm config list), then run the command again"
            raise
        return "npm ci"


def of_machine(progress: Progress) -> NodePackages:
    """The npm packages of this process's machine."""
    return NodePackages(Cache.of(os.environ), dict(os.environ), progress)
