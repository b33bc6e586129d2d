"""git, a process of its own: how it is started, and names and paths as it takes and lists them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from release.adapters import process
from release.errors import ConflictError, NotFoundError, UsageError

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

#: what git says where there is no repository that it may read (its messages are in English here, see ``_git``)
_NO_REPOSITORY = ("fatal: not a git repository", "fatal: cannot change to", "fatal: detected dubious ownership")


class GitProcess:
    """git in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _git(
        self, *arguments: str, check: bool = True, stdin: bytes | None = None, stdout: BinaryIO | None = None
    ) -> process.ProcessResult:
        command = ["git", "--no-replace-objects", "-C", str(self.folder), *arguments]
        env = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        if any("\0" in argument for argument in arguments):
            raise UsageError(
                "a name holds a NUL character, which git has in no name",
                untouched="everything",
                next_step="take it out of the name",
            )
        result = process.run(command, env=env, check=False, timeout=300, stdin=stdin, stdout=stdout)
        if result.code != 0 and any(words in result.stderr for words in _NO_REPOSITORY):
            raise self._unusable(result.stderr)
        return process.checked("git", result) if check else result

    def _unusable(self, stderr: str) -> NotFoundError:
        if "unknown revision" in stderr or "Needed a single revision" in stderr:
            return NotFoundError(
                "this repository has no commit yet", untouched="everything", next_step="git commit, then this again"
            )
        return NotFoundError(
            f"{self.folder.absolute()} cannot be read as a git repository: {stderr.strip()}",
            untouched="everything",
            next_step="run this inside a clone, or name one with -C",
        )


def checked(commit: str) -> str:
    """``commit``, which must be a full id: then it is no option, no range and no reference that moves."""
    if not _COMMIT.fullmatch(commit):
        raise ConflictError(
            f"{commit!r} is not a full commit id",
            untouched="everything",
            next_step="name all 40 characters of it: git rev-parse",
        )
    return commit


def rows(output: str) -> list[str]:
    """The lines of what git lists. A name may hold characters at which ``str.splitlines`` would end a line."""
    return [row for row in output.split("\n") if row]


def literal(paths: Sequence[str]) -> list[str]:
    """``paths`` from the top of the repository, no character of them with a meaning."""
    return [f":(top,literal){'' if path == '.' else path}" for path in paths]
