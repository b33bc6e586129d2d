"""GitHub through its own program ``gh``, which has the person's sign-in; nothing is asked for but GET."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from release.adapters import process
from release.errors import MachineError, RemoteError

#: GitHub REST API, "API versions".
_VERSION = "X-GitHub-Api-Version: 2022-11-28"
_SECONDS = 60


@dataclass(frozen=True)
class GitHubProgram:
    """``gh`` on PATH.

    Args:
        env: the whole environment it runs in; ``GH_TOKEN`` or its own configuration signs it in.
    """

    env: Mapping[str, str]

    @cached_property
    def _program(self) -> Path:
        """Raises MachineError: it is not there, or not signed in ("gh auth status" ends with 1 then)."""
        program = process.find(
            "gh", remedy="install GitHub's CLI and sign in: gh auth login", path=self.env.get("PATH")
        )
        if process.run([program, "auth", "status"], env=self.env, check=False, timeout=_SECONDS).code != 0:
            raise MachineError("gh is not signed in", untouched="everything", next_step="gh auth login")
        return program

    def get(self, path: str) -> Any:
        """See :class:`release.adoption.ports.Forge`. gh ends with 1 and names the status ("gh api", exit codes)."""
        command: list[str | Path] = [self._program, "api", "--method", "GET", "-H", _VERSION, path]
        found = process.run(command, env=self.env, check=False, timeout=_SECONDS)
        if found.code != 0:
            if "(HTTP 404)" in found.stderr:
                return None
            said = (found.stderr.strip() or "no answer").splitlines()[-1]
            raise RemoteError(
                f"GitHub does not tell {path}: {said}", next_step="gh auth status shows what you may ask for"
            )
        try:
            return json.loads(found.stdout or "null")
        except ValueError as error:
            raise RemoteError(f"GitHub's answer to {path} is no JSON") from error
