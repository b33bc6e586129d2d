"""The rehearsal's repository on the driver's GitHub: its events, and runs that must end as expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.driver import GitHub
from rehearsal.github.results import RunResult, StepResult
from rehearsal.story.expectations import equal, failure
from rehearsal.story.reporter import Reporter
from release.adapters import process


@dataclass(frozen=True)
class Repository:
    """The scratch clone's repository on the driver's GitHub.

    Attributes:
        files: the usual name of a workflow of ours -> the name of its file here.
    """

    github: GitHub
    reporter: Reporter
    files: Mapping[str, str]

    @property
    def main(self) -> str:
        """The full ref that people merge to."""
        return f"refs/heads/{self.github.settings.branch}"

    @property
    def summaries(self) -> Path:
        """Where the job summaries are, as GitHub would show them."""
        return self.github.runner.scratch / "summaries"

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> list[RunResult]:
        """A click on "Run workflow". Raises Refused when the form would not be accepted."""
        return self.github.dispatch(self.files[workflow], inputs)

    def schedule(self, workflow: str) -> list[RunResult]:
        """The hour of ``workflow`` has come."""
        return self.github.schedule(self.files[workflow])

    def ended(self, runs: list[RunResult], workflow: str, result: str = "success") -> RunResult:
        """The one run of ``workflow``. Raises NotAsExpected, with the run's errors, for another result."""
        found = [run for run in runs if run.workflow == self.files[workflow]]
        equal(f"how often {workflow} was started", 1, len(found))
        run = found[0]
        self.summaries.mkdir(exist_ok=True)
        number = len(list(self.summaries.iterdir())) + 1
        (self.summaries / f"{number:02}-{workflow.removesuffix('.yml')}.md").write_text(run.summary, encoding="utf-8")
        errors = "; ".join(run.errors) or "\n".join(run.log[-25:])
        if run.result != result:
            raise failure(f"the result of {workflow}", result, f"{run.result}: {errors}")
        return run

    def pushes_at_once(self, group: str, *commits: str) -> list[RunResult]:
        """Pushes of the main branch at each of ``commits``, oldest first, while another deployment occupies ``group``.

        That one ends when every run waits behind it: then GitHub's queue is full of what it must neither cancel nor
        run side by side.
        """
        lanes, other = self.github.lanes, "a deployment under way"
        lanes.arrive(ConcurrencyGroup(group, queue="max"), other)
        with ThreadPoolExecutor(len(commits)) as pool, process.ended_together():
            pushes = [pool.submit(self.github.push, self.main, commit) for commit in commits]
            try:
                # a run that fails before its deployment never waits: then there is nothing to wait for
                while not all(push.done() for push in pushes) and not lanes.wait_until(group, len(commits), timeout=1):
                    pass
            finally:
                lanes.leave(other)
            runs = [run for push in pushes for run in push.result()]
        waited = [run for name, run in lanes.order if name == group][-len(commits) - 1 :]
        equal(f"the first in the queue of {group}", other, waited[0])
        equal("how many deployments had their turn", len(commits) + 1, len(waited))
        return runs

    @contextmanager
    def changed(self, environment: str = "", **variables: str) -> Iterator[None]:
        """Other variables of ``environment``, or of the repository, for a while."""
        before = self.github.settings
        if environment:
            changed = replace(
                before.environments[environment],
                variables={**before.environments[environment].variables, **variables},
            )
            self.github.settings = replace(before, environments={**before.environments, environment: changed})
        else:
            self.github.settings = replace(before, variables={**before.variables, **variables})
        try:
            yield
        finally:
            self.github.settings = before

    @contextmanager
    def seeing(self, **variables: str) -> Iterator[None]:
        """Other variables in what every step sees, for a while."""
        before = self.github.runner
        self.github.runner = replace(before, environment={**before.environment, **variables})
        try:
            yield
        finally:
            self.github.runner = before

    def state(self) -> dict[str, Any]:
        """Releases, issues and labels of the repository, as the stand-in of gh keeps them."""
        found: dict[str, Any] = json.loads((self.github.runner.scratch / "github.json").read_text(encoding="utf-8"))
        return found

    def steps(self) -> list[StepResult]:
        """Every step of every run."""
        return [step for run in self.github.runs for step in run.steps]
