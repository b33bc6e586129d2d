"""An event in the repository -> every run that GitHub would start, run here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from rehearsal.github import runner, standins, startup, triggers
from rehearsal.github.backend import Backend, serving
from rehearsal.github.concurrency import ConcurrencyGroup, Lanes
from rehearsal.github.results import RunResult
from rehearsal.github.runner import Runner
from rehearsal.github.startup import PlannedJob, Settings
from rehearsal.github.triggers import Event
from rehearsal.github.trust import Role
from release.adapters import process
from workflowlint import workflow
from workflowlint.workflow import Refused, Workflow

_QUEUE = re.compile(r"^(\s*)queue: (max|single)$", re.MULTILINE)
_NOBODY = "0" * 40


@dataclass
class GitHub:
    """A repository on this machine, as GitHub hosts it. Several threads may use it: their runs queue as on GitHub.

    Args:
        origin: a clone; its branches and tags are the repository's.
        roles: by ARN, who may assume them.
        credentials: what a role's session is in the emulated AWS (``AWS_ACCESS_KEY_ID``, …).
        approve: asked for each job of an environment with reviewers.
        say: told every line that a step prints.
    """

    origin: Path
    runner: Runner
    settings: Settings
    roles: Mapping[str, Role]
    credentials: Mapping[str, str]
    say: Callable[[str], None]
    approve: Callable[[PlannedJob], bool] = lambda _job: True
    lanes: Lanes = field(default_factory=Lanes)
    runs: list[RunResult] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def push(self, ref: str, sha: str = "") -> list[RunResult]:
        """A push of ``ref`` (``refs/heads/main``, ``refs/tags/v1.4.0``) as it is in the clone, or at ``sha``."""
        sha, created = sha or self._git("rev-parse", "--verify", f"{ref}^{{commit}}"), ref.startswith("refs/tags/")
        payload = {"ref": ref, "before": _NOBODY, "after": sha, "created": created, "deleted": False}
        return self.fire(
            Event("push", ref, sha, {**payload, "head_commit": {"id": sha}}, self._changed(f"{sha}^", sha))
        )

    def pull_request(self, branch: str, *, number: int = 1, fork: bool = False) -> list[RunResult]:
        """A push to the pull request of ``branch`` into main; its run has the merge commit, as on GitHub."""
        base, head = self._git("rev-parse", "main"), self._git("rev-parse", "--verify", f"{branch}^{{commit}}")
        tree = self._git("merge-tree", "--write-tree", base, head)
        merge = self._git(
            *("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.invalid"),
            *("commit-tree", tree, "-p", base, "-p", head, "-m", f"Merge {head} into {base}"),
        )
        ref = f"refs/pull/{number}/merge"
        self._git("update-ref", ref, merge)
        pull = {"number": number, "base": {"ref": "main", "sha": base}, "head": {"ref": branch, "sha": head}}
        payload = {"action": "synchronize", "number": number, "pull_request": pull}
        return self.fire(Event("pull_request", ref, merge, payload, self._changed(base, head), fork=fork))

    def dispatch(self, file: str, inputs: Mapping[str, str], *, ref: str = "refs/heads/main") -> list[RunResult]:
        """A click on "Run workflow". Raises Refused when the form would not be accepted."""
        sha = self._git("rev-parse", "--verify", f"{ref}^{{commit}}")
        return self.fire(Event("workflow_dispatch", ref, sha, {"ref": ref}, workflow=file, inputs=dict(inputs)))

    def schedule(self, file: str) -> list[RunResult]:
        """The hour of ``file`` has come."""
        sha = self._git("rev-parse", "--verify", "main^{commit}")
        return self.fire(Event("schedule", "refs/heads/main", sha, {}, workflow=file))

    def fire(self, event: Event) -> list[RunResult]:
        """Run every workflow that ``event`` starts. The files of the event's own commit count.

        Raises:
            Refused: GitHub would refuse to start one of them.
        """
        number = next(self._numbers)
        view = self.runner.scratch / f"view-{number}"
        self._check_out(event, view)
        workflows = workflow.load_all(view)
        started = triggers.started(workflows, event)
        plans = [(each, startup.planned_jobs(each, workflows, event, self.settings)) for each in started]
        stand_ins = standins.flags(workflows.values())
        _without_queue(view)
        results = [
            self._run(each, jobs, event, view, f"{number}.{index}", stand_ins)
            for index, (each, jobs) in enumerate(plans, 1)
        ]
        shutil.rmtree(view)
        return results

    def _run(
        self, each: Workflow, jobs: list[PlannedJob], event: Event, view: Path, name: str, stand_ins: list[str]
    ) -> RunResult:
        run = f"{each.name} {name}"
        known = {job.key: job for job in jobs}
        backend = Backend(run, known, self.roles, self.lanes, self.approve, self.credentials)
        scratch = self.runner.scratch / f"run-{name}"
        scratch.mkdir(parents=True)
        github = {"github": {"ref": event.ref, "ref_name": event.ref.split("/", 2)[2], "sha": event.sha}}
        group = ConcurrencyGroup.of(each.concurrency, github, each.path.name) if each.concurrency else None
        if group and not self.lanes.enter(group, run, timeout=900):
            raise Refused(f"{each.path.name} was cancelled: a newer run took its place in the queue of {group.name}")
        try:
            with serving(backend) as url:
                result = runner.run(
                    self.runner, scratch, view, each, jobs, event, self.settings,
                    int(name.replace(".", "")), (backend, url), stand_ins, self.say,
                )  # fmt: skip
        finally:
            self.lanes.leave(run)
            for key in known:
                backend.ended(key)
        self.runs.append(result)
        return result

    def _check_out(self, event: Event, view: Path) -> None:
        view.mkdir(parents=True)
        process.run(["git", "clone", "--quiet", "--shared", "--no-checkout", self.origin, view])
        process.run(["git", "-C", view, "fetch", "--quiet", "--tags", "origin", "+refs/*:refs/*", "--update-head-ok"])
        process.run(["git", "-C", view, "checkout", "--quiet", "--force", "--detach", event.sha])

    def _changed(self, base: str, head: str) -> tuple[str, ...]:
        found = process.run(["git", "-C", self.origin, "diff", "--name-only", base, head], check=False)
        return tuple(found.stdout.splitlines()) if found.code == 0 else ()

    def _git(self, *arguments: str) -> str:
        return process.run(["git", "-C", self.origin, *arguments]).stdout.strip()


def _without_queue(view: Path) -> None:
    """act reads a copy without ``queue``, which its schema (0.2.89) does not know and ``concurrency`` models."""
    for path in (view / workflow.FOLDER).glob("*.y*ml"):
        path.write_text(_QUEUE.sub(r"\1# queue: \2", path.read_text(encoding="utf-8")), encoding="utf-8")
