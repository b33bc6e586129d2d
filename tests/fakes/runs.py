"""Who deploys, in a world where every command is a process of its own on one machine."""

from __future__ import annotations

import copy

from release.deployments.claims import Run
from release.deployments.ports import Runs


class FakeRuns(Runs):
    """Attributes:
    process: this command's.
    alive: the processes of other commands that still go on.
    """

    def __init__(self) -> None:
        self.process = 1
        self.alive: set[int] = set()

    def another(self) -> FakeRuns:
        """What a command that begins now sees: it is a process of its own, and the living are those of everybody."""
        self.process += 1
        return copy.copy(self)

    def present(self) -> Run:
        return Run("a-person", host="laptop", process=self.process)

    def is_over(self, run: Run) -> bool:
        return run.host == "laptop" and run.process != self.process and run.process not in self.alive
