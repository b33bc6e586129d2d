"""A real git repository in a temporary folder, untouched by the settings of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ENV = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.test",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.test",
}


class Repository:
    """One repository; its folder is ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git; what it printed."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENV
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, changes: Mapping[str, bytes | None], *, parent: str | None = None) -> str:
        """Commit ``changes`` (None deletes) on ``parent``, by default HEAD; the new commit's id."""
        if parent:
            self.git("checkout", "--quiet", "--detach", parent)
        for path, content in changes.items():
            target = self.folder / path
            if content is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")
