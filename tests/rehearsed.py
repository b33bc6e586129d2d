"""One kept rehearsal for all tests that need real parts: it is asserted itself, and what it leaves running is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Rehearsed:
    """What ``release rehearse --keep --json`` answered, and the environment that reaches what it left running."""

    steps: tuple[Mapping[str, Any], ...]
    workflow_steps: tuple[Mapping[str, Any], ...]
    folder: Path
    env: Mapping[str, str]

    def summary(self, workflow: str, number: int = -1) -> str:
        """The job summary of one run of ``workflow``, by default its last, as GitHub would show it."""
        found = sorted((self.folder.parent / "github" / "summaries").glob(f"*-{workflow}.md"))
        return found[number].read_text()

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the release command in the rehearsal's scratch clone."""
        command = [sys.executable, "-m", "release", *arguments]
        return subprocess.run(command, cwd=self.folder, env=dict(self.env), capture_output=True, text=True, timeout=600)

    def docker(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run the engine's client."""
        return subprocess.run(
            ["docker", *arguments], env=dict(self.env), capture_output=True, text=True, timeout=timeout
        )


@contextmanager
def rehearsed() -> Iterator[Rehearsed]:
    """Rehearse the present commit, leave it running for the ``with`` block, and stop it, also when it failed."""
    command = [sys.executable, "-m", "release", "rehearse"]
    done = subprocess.run(
        [*command, "--keep", "--json"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, timeout=2400
    )
    answer = json.loads(done.stdout or "{}")
    try:
        done.check_returncode()
        env = {**os.environ, **answer["settings"]}
        yield Rehearsed(tuple(answer["steps"]), tuple(answer["workflow_steps"]), Path(answer["folder"]), env)
    finally:
        if "state" in answer:
            stop = [*command, "--stop", answer["state"]]
            subprocess.run(stop, cwd=REPOSITORY, timeout=120, check=True, stdout=subprocess.DEVNULL)
