"""The repository's own checks: a command of release.toml, run by a shell, which nothing of it is taken from."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from release.adapters import process

#: seconds: how long a job may take on GitHub ("Actions limits", job execution time)
LIMIT = 6 * 3600


def run(command: str, folder: Path, env: Mapping[str, str], *, quiet: bool = False) -> int:
    """Run ``command`` in ``folder``; what it prints goes to standard output as it comes. Returns its exit code.

    Args:
        command: as a shell takes it. It ends with the first command of it that fails, as a step of a workflow does.
        quiet: what it prints goes to standard error: standard output is a program's.

    Raises:
        MachineError: there is no bash.
        RemoteError: it did not end in six hours.
    """
    stream = sys.stderr if quiet else sys.stdout
    stream.flush()
    shell: list[str | Path] = ["bash", "-e", "-o", "pipefail", "-c", f"exec 2>&1\n{command}"]
    ended = process.run(shell, cwd=folder, env=env, timeout=LIMIT, check=False, stdout=stream.buffer)
    return ended.code if ended.code >= 0 else 128 - ended.code  # a signal, as a shell shows it
