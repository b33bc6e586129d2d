"""An event in the repository -> every run that GitHub would start, run here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from rehearsal.github import copies, foresight, home, runner, standins, startup, triggers
from rehearsal.github.backend import Backend, serving
from rehearsal.github.concurrency import Lanes
from rehearsal.github.results import RunResult
from rehearsal.github.runner import Runner
from rehearsal.github.sources import WorkflowSource, WorkflowSources
from rehearsal.github.startup import PlannedJob, PlannedRun, Settings
from rehearsal.github.triggers import Event
from rehearsal.github.trust import Role
from release.adapters import process
from workflowlint import workflow
from workflowlint.workflow import Refused, Workflow

_NOBODY = "0" * 40


@dataclass
class GitHub:
    """A repository on this machine, as GitHub hosts it. Several threads may use it: their runs queue as on GitHub.

    Args:
        origin: a clone; its branches and tags are the repository's. A workflow of it that has nothing of the command is
            none of this and does not run; a repository that its workflows call is this project.
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
        """A push to the pull request of ``branch``; its run has the merge commit, as on GitHub."""
        ref = f"refs/pull/{number}/merge"
        base, head, merge = self._merged(branch, ref)
        default = self.settings.branch
        pull = {"number": number, "base": {"ref": default, "sha": base}, "head": {"ref": branch, "sha": head}}
        payload = {"action": "synchronize", "number": number, "pull_request": pull}
        return self.fire(Event("pull_request", ref, merge, payload, self._changed(base, head), fork=fork))

    def merge_group(self, branch: str, *, number: int = 1) -> list[RunResult]:
        """The pull request of ``branch`` at the head of the merge queue: its run has the commit that would be main."""
        base = self._git("rev-parse", self.settings.branch)
        ref = f"refs/heads/gh-readonly-queue/{self.settings.branch}/pr-{number}-{base}"
        _, _, merge = self._merged(branch, ref)
        group = {"base_ref": f"refs/heads/{self.settings.branch}", "base_sha": base, "head_ref": ref, "head_sha": merge}
        payload = {"action": "checks_requested", "ref": ref, "merge_group": group}
        return self.fire(Event("merge_group", ref, merge, payload, self._changed(base, merge)))

    def _merged(self, branch: str, ref: str) -> tuple[str, str, str]:
        """Put ``branch`` merged into the default branch at ``ref``: the base, the head and the merge."""
        base = self._git("rev-parse", self.settings.branch)
        head = self._git("rev-parse", "--verify", f"{branch}^{{commit}}")
        tree = self._git("merge-tree", "--write-tree", base, head)
        merge = self._git(
            *("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.invalid"),
            *("commit-tree", tree, "-p", base, "-p", head, "-m", f"Merge {head} into {base}"),
        )
        self._git("update-ref", ref, merge)
        return base, head, merge

    def dispatch(self, file: str, inputs: Mapping[str, str], *, ref: str = "") -> list[RunResult]:
        """A click on "Run workflow". Raises Refused when the form would not be accepted."""
        ref = ref or f"refs/heads/{self.settings.branch}"
        sha = self._git("rev-parse", "--verify", f"{ref}^{{commit}}")
        return self.fire(Event("workflow_dispatch", ref, sha, {"ref": ref}, workflow=file, inputs=dict(inputs)))

    def schedule(self, file: str) -> list[RunResult]:
        """The hour of ``file`` has come."""
        ref = f"refs/heads/{self.settings.branch}"
        sha = self._git("rev-parse", "--verify", f"{ref}^{{commit}}")
        return self.fire(Event("schedule", ref, sha, {}, workflow=file))

    def fire(self, event: Event) -> list[RunResult]:
        """Run every workflow that ``event`` starts. The files of the event's own commit count.

        Raises:
            Refused: GitHub would refuse to start one of them.
        """
        number = next(self._numbers)
        view = self.runner.scratch / f"view-{number}"
        self._check_out(event, view)
        own = WorkflowSource(self.settings.slug, event.sha, event.ref, view, self._workflows(view))
        sources = WorkflowSources(own, cache(self._called))
        plans = []
        for each in triggers.started(own.workflows, event):
            if sources.releases(each, own):
                foresee = foresight.of_repository(view)
                plans.append((each, startup.planned_run(each, sources, event, self.settings, foresee)))
            else:
                self.say(f"{each.path.name} would start as well; it has nothing of the release, and is not run here")
        results = [
            self._run(each, plan, event, sources, f"{number}.{index}") for index, (each, plan) in enumerate(plans, 1)
        ]
        shutil.rmtree(view)
        return results

    def _workflows(self, view: Path) -> dict[str, Workflow]:
        """The repository's, by file name. What is no workflow GitHub does not start, and the others all the same."""
        found = {}
        for path in sorted((view / workflow.FOLDER).glob("*.y*ml")):
            try:
                found[path.name] = workflow.load(path)
            except Refused as refusal:
                self.say(f"{refusal.message}, so it is not started")
        return found

    def _called(self, slug: str, sha: str) -> WorkflowSource:
        """What stands for a repository that is called: this project's own files, whichever of its commits is named."""
        folder = home.tree(self.runner.scratch / "home")
        return WorkflowSource(slug, sha, sha, folder, workflow.load_all(folder))

    def _run(self, each: Workflow, plan: PlannedRun, event: Event, sources: WorkflowSources, name: str) -> RunResult:
        run, view, jobs = f"{each.name} {name}", sources.own.folder, plan.jobs
        known = {job.key: job for job in jobs}
        texts = copies.files(each, sources, jobs, f"run-{name}")
        for file, text in texts.items():
            (view / workflow.FOLDER / file).write_text(text, encoding="utf-8")
        stand_ins = standins.flags({id(job.workflow): job.workflow for job in jobs}.values())
        for source in {job.source.slug: job.source for job in jobs}.values():
            stand_ins += ["--local-repository", f"{source.slug}@{source.sha}={source.folder}"]
        backend = Backend(run, known, self.roles, self.lanes, self.approve, self.credentials)
        scratch = self.runner.scratch / f"run-{name}"
        scratch.mkdir(parents=True)
        try:
            for group in plan.groups:
                if not self.lanes.enter(group, run, timeout=900):
                    raise Refused(
                        f"{each.path.name} was cancelled: a newer run took its place in the queue of {group.name}"
                    )
            with serving(backend) as url:
                result = runner.run(
                    self.runner, scratch, view, next(iter(texts)), each, jobs, event, self.settings,
                    int(name.replace(".", "")), (backend, url), stand_ins, self.say,
                )  # fmt: skip
        finally:
            self.lanes.leave(run)
            for key in known:
                backend.ended(key)
            for name in ("artifacts", "home"):  # archives of every image: of no use to another run
                shutil.rmtree(scratch / name, ignore_errors=True)
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
