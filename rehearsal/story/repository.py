"""The rehearsal's repository as GitHub would host it: its settings, its roles, and runs that must end as expected."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.github import trust
from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.driver import GitHub
from rehearsal.github.results import RunResult, StepResult
from rehearsal.github.runner import Runner
from rehearsal.github.startup import Environment, Settings
from rehearsal.machine.tools import tools
from rehearsal.story import course
from rehearsal.story.expectations import equal, failure
from rehearsal.story.reporter import Reporter
from rehearsal.story.testbed import Testbed
from release.adapters import process
from release.adapters.toolbox import Cache
from release.versions.tags import tag_filter

ACCOUNT = "arn:aws:iam::000000000000:role/"
#: What a step sees beside what GitHub gives it: the engine, the emulated AWS, and the tools this machine has already.
_STEPS_SEE = (
    "DOCKER_",
    "RELEASE_BASE",
    "RELEASE_BUILD",
    "RELEASE_SAM",
    "RELEASE_SCAN_DATABASE",
    "RELEASE_CACHE",
    "SAM_CLI_",
)
_ENDPOINT = ("AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED", "HOME", "XDG_CACHE_HOME", "PIP_CERT", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Repository:
    """The scratch clone's repository on the driver's GitHub."""

    github: GitHub
    reporter: Reporter

    @property
    def summaries(self) -> Path:
        """Where the job summaries are, as GitHub would show them."""
        return self.github.runner.scratch / "summaries"

    def ended(self, runs: list[RunResult], workflow: str, result: str = "success") -> RunResult:
        """The one run of ``workflow``. Raises NotAsExpected, with the run's errors, for another result."""
        found = [run for run in runs if run.workflow == workflow]
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
        """Pushes of main at each of ``commits``, oldest first, while another deployment occupies ``group``.

        That one ends when every run waits behind it: then GitHub's queue is full of what it must neither cancel nor
        run side by side.
        """
        lanes, other = self.github.lanes, "a deployment under way"
        lanes.arrive(ConcurrencyGroup(group, queue="max"), other)
        with ThreadPoolExecutor(len(commits)) as pool, process.ended_together():
            pushes = [pool.submit(self.github.push, "refs/heads/main", commit) for commit in commits]
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


def step_environment(release: Mapping[str, str]) -> dict[str, str]:
    """Of the release command's environment, what a step of a workflow sees without asking for it."""
    return {key: value for key, value in release.items() if key.startswith(_STEPS_SEE) or key in _ENDPOINT}


def slug_of(remotes: str, project: str) -> str:
    """``owner/name`` of the GitHub repository among ``git remote --verbose``; one of that form where there is none."""
    lines = sorted(remotes.splitlines(), key=lambda line: not line.startswith("origin\t"))
    found = re.search(r"github\.com[:/]([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?\s", "\n".join(lines))
    return found[1] if found else f"owner/{project}"


def host(bed: Testbed, env: Mapping[str, str], reporter: Reporter) -> Repository:
    """The scratch clone's repository, with the settings that docs/setup.md asks for."""
    scratch, release = bed.scratch, bed.scratch.env
    toolbox = tools(Cache.of(env), reporter.say)
    slug = slug_of(bed.remotes, bed.config.project)
    subject = "@1/".join(slug.split("/")) + "@2"  # ids, as in repositories made since 2026-07-15
    project = bed.config.project
    roles = trust.roles(trust.template(scratch.folder / "pipeline.yaml"), {"Subject": subject})
    arns = {name.removeprefix(f"{project}-"): f"{ACCOUNT}{name}" for name in roles}
    releases = f"refs/tags/{tag_filter(bed.config.versions.tag_prefix)}"
    stations = course.of(bed.config.environments)
    settings = Settings(
        slug=slug,
        subject=subject,
        environments={
            **{
                name: Environment({"DEPLOY_ROLE": arns[f"deploy-{name}"]}, refs=("refs/heads/main",))
                for name in stations.merged
            },
            **{
                name: Environment(
                    {"DEPLOY_ROLE": arns[f"deploy-{name}"]},
                    refs=("refs/heads/main", releases),
                    reviewers=name == stations.last,
                )
                for name in stations.tagged
            },
            "promotion": Environment({"PROMOTE_ROLE": arns["promote"]}, refs=(releases,)),
        },
        variables={
            "PUBLISH_ROLE": arns["publish"],
            "WATCH_ROLE": arns["watch"],
            "AWS_REGION": bed.config.registry_region,
            "RELEASE_REGISTRY": release["RELEASE_REGISTRY"],
            "RELEASE_PARAMETERS": release["RELEASE_PARAMETERS"],
            "RELEASE_SCAN_DATABASE": release["RELEASE_SCAN_DATABASE"],
        },
    )
    runner = Runner(
        act=toolbox.venv("act").tool("act"),
        scratch=bed.folder / "github",
        environment={**step_environment(release), "RELEASE_PYTHON": sys.executable},
        path=release["PATH"],
    )
    credentials = {key: release[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    named = {f"{ACCOUNT}{name}": role for name, role in roles.items()}
    github = GitHub(scratch.folder, runner, settings, named, credentials, reporter.say)
    return Repository(github, reporter)
