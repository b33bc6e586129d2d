"""Small workflows and settings for the tests of the GitHub model."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from rehearsal.github import startup
from rehearsal.github.foresight import Foresee
from rehearsal.github.sources import WorkflowSource, WorkflowSources
from rehearsal.github.startup import Environment, PlannedJob, Settings
from rehearsal.github.triggers import Event
from workflowlint import workflow
from workflowlint.workflow import Workflow

SHA = "a" * 40
JOBS = "jobs: {one: {runs-on: ubuntu-24.04, steps: [{run: 'true'}]}}"


def parse(text: str, name: str = "some.yml") -> Workflow:
    """The workflow in an indented text; without jobs it gets one."""
    text = textwrap.dedent(text)
    return workflow.parse(Path(name), text if "jobs:" in text else text + "\n" + JOBS)


def push(ref: str, *paths: str) -> Event:
    """A push of ``ref`` that changed ``paths``."""
    return Event("push", ref, SHA, {"ref": ref}, paths)


def pull_request(base: str = "main", action: str = "opened", *paths: str, fork: bool = False) -> Event:
    """A pull request into ``base``."""
    payload = {"action": action, "pull_request": {"base": {"ref": base}}}
    return Event("pull_request", "refs/pull/1/merge", SHA, payload, paths, fork=fork)


def settings(**environments: Environment) -> Settings:
    """A repository with these environments and one variable."""
    return Settings("owner/name", "owner@1/name@2", environments, variables={"AWS_REGION": "eu-west-1"})


def nobody_knows(*_: object) -> None:
    """No output is known before the run."""


def planned_jobs(
    started: Workflow,
    files: Mapping[str, Workflow],
    event: Event,
    repository: Settings,
    *,
    home: Mapping[str, Workflow] | None = None,
    foresee: Foresee = nobody_knows,
) -> list[PlannedJob]:
    """The jobs of a run of ``started``, one of ``files``; ``home`` are the files of every repository that is called."""
    own = WorkflowSource(repository.slug, event.sha, event.ref, Path("here"), files)
    sources = WorkflowSources(own, lambda slug, sha: WorkflowSource(slug, sha, sha, Path("there"), home or {}))
    return startup.planned_run(started, sources, event, repository, foresee).jobs


def by_name(*workflows: Workflow) -> Mapping[str, Workflow]:
    """As ``workflow.load_all`` gives them."""
    return {each.path.name: each for each in workflows}
