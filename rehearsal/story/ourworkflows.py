"""Which of a repository's workflow files are those that the story starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from release.adoption import workflownames
from release.adoption.workflowfiles import CALLED, FOLDER
from release.errors import UsageError
from workflowlint import workflow
from workflowlint.workflow import Refused


def files(folder: Path) -> Mapping[str, str]:
    """The usual name of each workflow -> its file's name in the repository in ``folder``."""
    there = (folder / FOLDER).glob("*.y*ml")
    texts = {f"{FOLDER}/{path.name}": path.read_text(encoding="utf-8", errors="replace") for path in there}
    return workflownames.files_of(CALLED, texts)


def check(folder: Path) -> None:
    """Raise UsageError when one of them is not there, or is no workflow that GitHub would start."""
    for name in files(folder).values():
        path = folder / FOLDER / name
        if not path.is_file():
            raise UsageError(
                f"the present commit has no {FOLDER}/{name}",
                untouched="everything; nothing was started",
                next_step="release init, then commit what it wrote and run this again",
            )
        try:
            workflow.load(path)
        except Refused as refusal:
            refusal.untouched = "everything; nothing was started"
            refusal.next_step = "release upgrade --overwrite writes it anew, then commit it and run this again"
            raise
