from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.github import startup
from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.startup import Environment, PlannedJob
from rehearsal.github.triggers import Event
from tests.support.workflows import SHA, by_name, parse, pull_request, push, settings
from workflowlint import workflow
from workflowlint.workflow import Refused

ROOT = Path(__file__).parents[3]
CALLER = """
    on: push
    permissions: {}
    jobs:
      go:
        name: Staging
        permissions: {contents: read, id-token: write}
        uses: ./.github/workflows/deploy.yml
        with: {environment: staging}
"""
CALLED = """
    name: deploy
    on: {workflow_call: {inputs: {environment: {type: string, required: true}}}}
    permissions: {}
    jobs:
      deploy:
        name: Deploy in ${{ inputs.environment }}
        runs-on: ubuntu-24.04
        environment: ${{ inputs.environment }}
        permissions: {contents: read, id-token: write}
        concurrency: {group: "deploy-${{ inputs.environment }}", queue: max}
        steps: [{run: "echo ${{ vars.DEPLOY_ROLE }}"}]
"""
STAGING = Environment({"DEPLOY_ROLE": "arn:staging"}, refs=("refs/heads/main",))
PRODUCTION = Environment({"DEPLOY_ROLE": "arn:production"}, refs=("refs/tags/v*",), reviewers=True)


def planned(caller: str = CALLER, event: Event | None = None) -> list[PlannedJob]:
    caller_file, called_file = parse(caller, "release.yml"), parse(CALLED, "deploy.yml")
    repository = settings(staging=STAGING, production=PRODUCTION)
    return startup.planned_jobs(
        caller_file, by_name(caller_file, called_file), event or push("refs/heads/main"), repository
    )


def test_called_job_has_its_environment_its_subject_and_its_queue() -> None:
    (job,) = planned()
    assert (job.key, job.title) == ("deploy/deploy", "Staging / Deploy in staging")
    assert job.subject == "repo:owner@1/name@2:environment:staging"
    assert job.group == ConcurrencyGroup("deploy-staging", queue="max")
    assert job.permissions["id-token"] == "write"
    assert not job.reviewers


def test_subject_without_an_environment_names_the_ref_or_the_pull_request() -> None:
    file = parse("on: [push, pull_request]")
    for event, ends in ((push("refs/heads/main"), "ref:refs/heads/main"), (pull_request(), "pull_request")):
        (job,) = startup.planned_jobs(file, by_name(file), event, settings())
        assert job.subject == f"repo:owner@1/name@2:{ends}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("environment: staging", "environment: nowhere"), "no environment 'nowhere'"),
        (("environment: staging", "environment: production"), "not allowed to deploy to production"),
        (("deploy.yml", "deploys.yml"), "there is no workflow"),
        (("{environment: staging}", "{}"), "'environment' is required"),
        (("id-token: write", "id-token: read"), "asks for id-token: write"),
        (("environment: staging", 'environment: "${{ needs.x.outputs.y }}"'), "not known before the run"),
    ],
)
def test_run_that_github_would_refuse_is_refused(change: tuple[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        planned(CALLER.replace(*change))


def test_production_has_reviewers_and_takes_tags() -> None:
    (job,) = planned(CALLER.replace("environment: staging", "environment: production"), push("refs/tags/v1.4.0"))
    assert job.reviewers


def test_job_sees_its_environments_variables() -> None:
    jobs = planned()
    variables, _ = startup.values(jobs, push("refs/heads/main"), settings(staging=STAGING, production=PRODUCTION))
    assert variables == {"AWS_REGION": "eu-west-1", "DEPLOY_ROLE": "arn:staging"}


def test_fork_has_neither_variables_nor_secrets() -> None:
    file = parse("on: pull_request")
    event = pull_request(fork=True)
    jobs = startup.planned_jobs(file, by_name(file), event, settings())
    assert startup.values(jobs, event, settings()) == ({}, {})


def test_variable_of_another_environment_cannot_leak_into_a_job() -> None:
    caller = """
        on: push
        jobs:
          other: {runs-on: ubuntu-24.04, steps: [{run: "echo ${{ vars.DEPLOY_ROLE }}"}]}
          deploy: {runs-on: ubuntu-24.04, environment: staging, steps: [{run: a}]}
    """
    jobs = planned(caller)
    with pytest.raises(Refused, match=r"job other: vars\.DEPLOY_ROLE is another environment's"):
        startup.values(jobs, push("refs/heads/main"), settings(staging=STAGING, production=PRODUCTION))


def real_settings() -> startup.Settings:
    return settings(
        staging=Environment({"DEPLOY_ROLE": "s"}, refs=("refs/heads/main",)),
        production=Environment({"DEPLOY_ROLE": "p"}, refs=("refs/heads/main", "refs/tags/v*"), reviewers=True),
        promotion=Environment({"PROMOTE_ROLE": "m"}, refs=("refs/tags/v*",)),
    )


WORKFLOWS = workflow.load_all(ROOT)
DISPATCH = {"environment": "production", "reason": "it broke"}


@pytest.mark.parametrize(
    ("event", "file"),
    [
        (pull_request(fork=True), "check.yml"),
        (push("refs/heads/main"), "release.yml"),
        (push("refs/tags/v1.4.0"), "production.yml"),
        (
            Event("workflow_dispatch", "refs/heads/main", SHA, {}, workflow="rollback.yml", inputs=DISPATCH),
            "rollback.yml",
        ),
        (Event("schedule", "refs/heads/main", SHA, {}, workflow="watch.yml"), "watch.yml"),
    ],
)
def test_each_event_of_the_project_starts_exactly_its_workflow(event: Event, file: str) -> None:
    from rehearsal.github import triggers

    assert [each.path.name for each in triggers.started(WORKFLOWS, event)] == [file]
    jobs = startup.planned_jobs(WORKFLOWS[file], WORKFLOWS, event, real_settings())
    startup.values(jobs, event, real_settings())
    for job in jobs:
        takes_role = any("configure-aws-credentials" in step.uses for step in job.job.steps)
        assert (job.permissions["id-token"] == "write") == takes_role, job.title
        assert {scope for scope, level in job.permissions.items() if level == "write"} <= {
            "id-token",
            *({"contents"} if job.job.id == "announce" else ()),
            *({"issues"} if job.job.id == "issue" else ()),
        }


def test_candidate_shaped_and_foreign_tags_start_no_release_of_main() -> None:
    from rehearsal.github import triggers

    assert triggers.started(WORKFLOWS, push("refs/heads/feature/x")) == []
    assert triggers.started(WORKFLOWS, push("refs/tags/nightly")) == []
