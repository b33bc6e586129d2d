"""A scratch clone of the present commit, in which the rehearsal changes code and runs the release command for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.story import typed
from rehearsal.story.expectations import failure
from release.adapters import process
from release.errors import MachineError

#: Its author, and none of the person's settings that sign or run hooks.
_AUTHOR = (
    *("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.invalid"),
    *("-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false", "-c", "core.hooksPath=/dev/null"),
)


@dataclass(frozen=True)
class Scratch:
    """The clone, and the environment its release command runs in."""

    folder: Path
    env: Mapping[str, str]
    say: Callable[[str], None]

    @classmethod
    def clone(
        cls,
        repository: Path,
        folder: Path,
        env: Mapping[str, str],
        say: Callable[[str], None],
    ) -> Scratch:
        """Clone ``repository`` at its present commit. Raises MachineError when there is none."""
        head = process.run(["git", "-C", repository, "rev-parse", "--verify", "HEAD"], check=False)
        if head.code != 0:
            raise MachineError(f"{repository} has no commit to rehearse", next_step="commit something")
        process.run(["git", "clone", "--quiet", "--no-hardlinks", "--", repository, folder])
        process.run(["git", "-C", folder, "checkout", "--quiet", "--detach", head.stdout.strip()])
        return cls(folder, env, say)

    def begin(self, branch: str) -> None:
        """Let ``branch`` be at the clone's commit, and be its only one: the story has names for others itself."""
        self.git("checkout", "--quiet", "-B", branch)
        others = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads/").splitlines()
        for name in others:
            if name != branch:
                self.git("branch", "--quiet", "--delete", "--force", "--", name)

    def git(self, *arguments: str) -> str:
        """Run git in the clone and return its output."""
        return process.run(["git", "-C", self.folder, *_AUTHOR, *arguments]).stdout.strip()

    def write(self, files: Mapping[str, str], message: str) -> str:
        """Write ``files`` (path -> text, with its own line ends), commit them, and return the commit."""
        for path, text in files.items():
            with (self.folder / path).open("w", encoding="utf-8", newline="") as opened:
                opened.write(text)
        self.git("add", "--", *files)
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def release(self, *arguments: str, code: int = 0, timeout: float = 900) -> str:
        """Run ``release`` in the clone and return its standard output. Raises NotAsExpected for another exit code."""
        self.say(f"$ release {' '.join(arguments)}")
        command = [*typed.command(self.folder), *arguments]
        if "--json" in arguments:
            result = process.run(command, cwd=self.folder, env=self.env, timeout=timeout, check=False)
        else:
            result = process.run(command, cwd=self.folder, env=self.env, timeout=timeout, check=False, on_line=self.say)
        if result.code != code:
            tail = "\n".join((result.stdout + "\n" + result.stderr).strip().splitlines()[-25:])
            raise failure(f"the exit code of release {arguments[0]}", str(code), f"{result.code}:\n{tail}")
        return result.stdout

    def json(self, *arguments: str) -> Any:
        """Run ``release … --json`` and return its answer."""
        return json.loads(self.release(*arguments, "--json"))
