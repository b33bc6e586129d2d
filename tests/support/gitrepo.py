"""A real repository in a temporary folder, made with the same words as the fake one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from release.adapters.git import GitRepository

#: Nothing of the person's or the machine's configuration, and the same dates on every run.
ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "A Person",
    "GIT_AUTHOR_EMAIL": "person@example.org",
    "GIT_COMMITTER_NAME": "A Person",
    "GIT_COMMITTER_EMAIL": "person@example.org",
}


class GitFolder:
    """A work tree. Commits are one minute apart, beginning at noon of 2026-01-05."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--initial-branch=main")

    @property
    def git(self) -> GitRepository:
        """The adapter under test."""
        return GitRepository(self.folder)

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git here; its output."""
        date = f"{1767614400 + 60 * self.count} +0000"
        env = ENV | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=env, input=stdin, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="surrogateescape").strip()

    @property
    def head(self) -> str:
        """The commit that HEAD names."""
        return self.run("rev-parse", "HEAD")

    def commit(
        self,
        changes: Mapping[str, bytes | None],
        message: str = "chore: change",
        *,
        parent: str | None = None,
        merged: str | None = None,
    ) -> str:
        """As ``FakeGit.commit``."""
        self.count += 1
        if parent is not None:
            self.run("reset", "--quiet", "--hard", parent)
        if merged:
            self.run("merge", "--quiet", "--no-ff", "--no-commit", merged)
        for path, content in changes.items():
            file = self.folder / path
            if content is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--file=-", stdin=message.encode())
        return self.head

    def tag(self, name: str, commit: str = "", *, annotated: bool = False) -> None:
        """As ``FakeGit.tag``."""
        how = ["--annotate", "--message=a release"] if annotated else []
        self.run("tag", *how, "--end-of-options", name, commit or "HEAD")

    def branch(self, name: str, commit: str = "") -> None:
        """As ``FakeGit.branch``."""
        self.run("checkout", "--quiet", "-B", name, commit or "HEAD")

    def detach(self, commit: str = "") -> None:
        """As ``FakeGit.detach``."""
        self.run("checkout", "--quiet", "--detach", commit or "HEAD")
