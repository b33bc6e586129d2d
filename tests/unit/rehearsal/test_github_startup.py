from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.github import foresight, startup
from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.startup import Environment, PlannedJob
from rehearsal.github.triggers import Event
from tests.support.workflows import SHA, by_name, parse, planned_jobs, pull_request, push, settings
from workflowlint import workflow
from workflowlint.workflow import Refused, Step

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
    files = by_name(caller_file, called_file)
    return planned_jobs(caller_file, files, event or push("refs/heads/main"), repository)


def test_called_job_has_its_environment_its_subject_and_its_queue() -> None:
    (job,) = planned()
    assert (job.key, job.title) == ("deploy/deploy staging", "Staging / Deploy in staging")
    assert job.subject == "repo:owner@1/name@2:environment:staging"
    assert job.group == ConcurrencyGroup("deploy-staging", queue="max")
    assert job.permissions["id-token"] == "write"
    assert not job.reviewers


def test_subject_without_an_environment_names_the_ref_or_the_pull_request() -> None:
    file = parse("on: [push, pull_request]")
    for event, ends in ((push("refs/heads/main"), "ref:refs/heads/main"), (pull_request(), "pull_request")):
        (job,) = planned_jobs(file, by_name(file), event, settings())
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


def test_job_sees_its_own_environments_variables_and_no_others() -> None:
    caller = (
        CALLER
        + """
      other: {runs-on: ubuntu-24.04, permissions: {}, steps: [{run: "echo ${{ vars.DEPLOY_ROLE }}"}]}
"""
    )
    deploy, other = planned(caller)
    assert deploy.variables == {"AWS_REGION": "eu-west-1", "DEPLOY_ROLE": "arn:staging"}
    assert other.variables == {"AWS_REGION": "eu-west-1"}


def test_fork_has_neither_variables_nor_secrets() -> None:
    file = parse("on: pull_request")
    event = pull_request(fork=True)
    repository = replace(settings(), secrets={"KEY": "x"})
    jobs = planned_jobs(file, by_name(file), event, repository)
    assert [job.variables for job in jobs] == [{}]
    assert startup.secrets_of(jobs, event, repository) == {}


def test_secret_of_another_environment_cannot_leak_into_a_job() -> None:
    caller = """
        on: push
        jobs:
          other: {runs-on: ubuntu-24.04, steps: [{run: "echo ${{ secrets.KEY }}"}]}
          deploy: {runs-on: ubuntu-24.04, environment: staging, steps: [{run: a}]}
    """
    repository = settings(staging=Environment(secrets={"KEY": "x"}))
    file = parse(caller, "release.yml")
    jobs = planned_jobs(file, by_name(file), push("refs/heads/main"), repository)
    with pytest.raises(Refused, match=r"job other: secrets\.KEY is another environment's"):
        startup.secrets_of(jobs, push("refs/heads/main"), repository)


MATRIX = CALLER.replace("name: Staging", "name: To ${{ matrix.place }}").replace(
    "with: {environment: staging}",
    'strategy: {matrix: {place: PLACES}}\n        with: {environment: "${{ matrix.place }}"}',
)


def test_each_leg_of_a_called_matrix_has_its_environment_its_queue_and_its_variables() -> None:
    event = replace(push("refs/heads/main"), ref="refs/heads/main")
    anywhere = {name: replace(each, refs=()) for name, each in {"staging": STAGING, "production": PRODUCTION}.items()}
    file, called = parse(MATRIX.replace("PLACES", "[staging, production]"), "release.yml"), parse(CALLED, "deploy.yml")
    jobs = planned_jobs(file, by_name(file, called), event, settings(**anywhere))
    assert [job.key for job in jobs] == ["deploy/deploy staging", "deploy/deploy production"]
    assert [job.title for job in jobs] == [
        "To staging / Deploy in staging",
        "To production / Deploy in production",
    ]
    assert [job.variables["DEPLOY_ROLE"] for job in jobs] == ["arn:staging", "arn:production"]
    assert [job.group.name for job in jobs if job.group] == ["deploy-staging", "deploy-production"]


def test_matrix_that_an_earlier_step_names_is_foreseen_or_refused() -> None:
    first = """
      plan:
        runs-on: ubuntu-24.04
        permissions: {}
        outputs: {places: "${{ steps.list.outputs.environments }}"}
        steps: [{id: list, run: release environments --on merge}]
"""
    text = MATRIX.replace("PLACES", '"${{ fromJSON(needs.plan.outputs.places) }}"') + first
    file, called = parse(text, "release.yml"), parse(CALLED, "deploy.yml")
    files, event = by_name(file, called), push("refs/heads/main")

    def foresee(step: Step, output: str) -> list[str]:
        assert (step.run, output) == ("release environments --on merge", "environments")
        return ["staging"]

    jobs = planned_jobs(file, files, event, settings(staging=STAGING), foresee=foresee)
    assert [job.environment for job in jobs] == ["staging", ""]
    with pytest.raises(Refused, match=r"what .* will be is not known before the run"):
        planned_jobs(file, files, event, settings(staging=STAGING))


HOME = f"acme/workflows/.github/workflows/release.yml@{'b' * 40}"


def called_from_elsewhere(uses: str = HOME, rights: str = "{contents: read, id-token: write}") -> list[PlannedJob]:
    caller = f"on: push\npermissions: {{}}\njobs: {{team: {{permissions: {rights}, uses: {uses!r}}}}}"
    middle = parse(CALLER.replace("on: push", "on: workflow_call"), "release.yml")
    file = parse(caller, "ours.yml")
    home = by_name(middle, parse(CALLED, "deploy.yml"))
    event, repository = push("refs/heads/main"), settings(staging=STAGING)
    return planned_jobs(file, by_name(file), event, repository, home=home)


def test_job_of_another_repositorys_workflow_has_the_callers_subject_and_says_whose_file_it_is() -> None:
    (job,) = called_from_elsewhere()
    assert (job.key, job.title) == ("deploy/deploy staging", "team / Staging / Deploy in staging")
    assert job.subject == "repo:owner@1/name@2:environment:staging"
    assert job.claims["job_workflow_ref"] == f"acme/workflows/.github/workflows/deploy.yml@{'b' * 40}"
    assert job.claims["workflow_ref"] == "owner/name/.github/workflows/ours.yml@refs/heads/main"
    assert (job.claims["repository"], job.claims["environment"]) == ("owner/name", "staging")


@pytest.mark.parametrize(
    ("uses", "rights", "says"),
    [
        (HOME, "{contents: read}", "asks for id-token: write, but its caller grants none"),
        (HOME.replace("b" * 40, "v1"), "{contents: read, id-token: write}", "not pinned by a full commit"),
        (HOME.replace("release.yml", "deliver.yml"), "{contents: read, id-token: write}", "there is no workflow"),
        (HOME.replace("release.yml", "deploy.yml"), "{contents: read, id-token: write}", "'environment' is required"),
    ],
)
def test_call_that_github_would_refuse_is_refused(uses: str, rights: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        called_from_elsewhere(uses, rights)


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
    foresee = foresight.of_repository(ROOT)
    jobs = planned_jobs(WORKFLOWS[file], WORKFLOWS, event, real_settings(), foresee=foresee)
    startup.secrets_of(jobs, event, real_settings())
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
