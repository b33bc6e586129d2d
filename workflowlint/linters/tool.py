"""What every linter's caller needs: the shape of a finding, a tool's place, and its JSON."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release.adapters import process
from release.errors import MachineError
from workflowlint import workflow


@dataclass(frozen=True, order=True)
class LinterFinding:
    """One finding of one tool."""

    folder: Path
    file: str
    tool: str
    message: str


def tool(name: str) -> Path:
    """The linter beside this interpreter. Raises MachineError when it is not installed."""
    remedy = "pip install 'lambda-image-release[lint]'; in a checkout of it: make setup"
    return process.find(name, remedy=remedy, path=sysconfig.get_path("scripts"))


def answer(command: Sequence[str | Path], *, codes: tuple[int, ...]) -> Any:
    """The JSON that a linter prints. Whatever else it does is an error: a linter that crashed found nothing."""
    ended = process.run(command, check=False, timeout=300)
    try:
        if ended.code not in codes:
            raise ValueError(f"exit code {ended.code}")
        return json.loads(ended.stdout)
    except ValueError as error:
        raise MachineError(
            f"{Path(command[0]).name} failed: {error}\n{ended.stderr.strip()[-2000:]}",
            untouched="everything",
            next_step="make setup, which installs it as it is locked, then make check",
        ) from error


def workflows(folder: Path) -> dict[str, workflow.Workflow]:
    """The files that are workflows at all; the others are check-jsonschema's."""
    found = {}
    for path in sorted((folder / workflow.FOLDER).glob("*.y*ml")):
        try:
            found[path.name] = workflow.load(path)
        except workflow.Refused:
            continue
    return found
