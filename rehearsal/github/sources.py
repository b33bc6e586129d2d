"""Whose workflow files a ``uses`` names: those of the commit that runs, or those of another repository that it pins.

Rules: GitHub's "Reuse workflows": ``./`` and ``$/`` are the repository and commit of the file that says so, in a called
workflow too; ``owner/name/path@ref`` is another repository's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from release.adoption import generated, workflowfiles
from workflowlint.rules.violation import SETUP
from workflowlint.workflow import CALLED, Refused, Workflow

_HERE = re.compile(r"[.$]/\.github/workflows/(?P<file>[\w.-]+)")
#: What others call of this project; deploy.yml is called from within.
OURS = frozenset({*workflowfiles.CALLED, "deploy.yml"})
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class WorkflowSource:
    """A repository at a commit.

    Attributes:
        ref: how a token names the commit: the event's ref, or what the caller wrote behind the ``@``.
        folder: its files, which act reads actions from.
        workflows: by file name.
    """

    slug: str
    sha: str
    ref: str
    folder: Path
    workflows: Mapping[str, Workflow]


@dataclass(frozen=True)
class WorkflowSources:
    """The repository that runs, and what stands for every other one that it calls, by its name and commit."""

    own: WorkflowSource
    other: Callable[[str, str], WorkflowSource]

    def callee(self, uses: str, caller: WorkflowSource, where: str) -> tuple[WorkflowSource, Workflow]:
        """The called workflow, and whose it is. Raises Refused: there is none, or its commit is not pinned."""
        if here := _HERE.fullmatch(uses):
            source, file = caller, here["file"]
        elif there := CALLED.fullmatch(uses):
            if not _COMMIT.fullmatch(there["ref"]):
                raise Refused(
                    f"{where}: {uses} is not pinned by a full commit",
                    untouched="everything: no run was started",
                    next_step="python -m workflowlint",
                )
            source, file = self.other(there["home"], there["ref"]), there["file"]
        else:
            raise Refused(f"{where}: {uses} is no workflow", next_step="python -m workflowlint")
        if file not in source.workflows:
            of = "this repository" if source is self.own else f"what stands for {source.slug} here"
            raise Refused(f"{where}: there is no workflow {file} in {of}", next_step="python -m workflowlint")
        return source, source.workflows[file]

    @property
    def _home(self) -> str:
        """The repository that the files which init wrote call; "" where it wrote none."""
        return generated.home({name: each.text for name, each in self.own.workflows.items()})

    def releases(self, flow: Workflow, source: WorkflowSource) -> bool:
        """Whether a job of ``flow``, or of a workflow that it calls, has the command; others are no part of this."""
        for job in flow.jobs.values():
            if any(step.uses.endswith(SETUP.removeprefix("$/")) for step in job.steps):
                return True
            there = CALLED.fullmatch(job.uses)
            if there and (there["file"] not in OURS or self._home not in ("", there["home"])):
                continue  # a workflow of somebody else's
            if there or _HERE.fullmatch(job.uses):
                try:
                    whose, callee = self.callee(job.uses, source, flow.path.name)
                except Refused:
                    return True  # planning says what is wrong
                if self.releases(callee, whose):
                    return True
        return False
