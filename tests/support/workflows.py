"""Small workflows and settings for the tests of the GitHub model."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from rehearsal.github.startup import Environment, Settings
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


def by_name(*workflows: Workflow) -> Mapping[str, Workflow]:
    """As ``workflow.load_all`` gives them."""
    return {each.path.name: each for each in workflows}
