"""What GitHub settles before a job starts: its environment, its token's permissions, its OIDC subject, its queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rehearsal.github import inputs as call_inputs
from rehearsal.github import triggers
from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.triggers import Event
from workflowlint import permissions
from workflowlint.expressions import Contexts, fill, filled, used
from workflowlint.permissions import Permissions
from workflowlint.workflow import Job, Refused, Workflow


@dataclass(frozen=True)
class Environment:
    """An environment of the repository's settings.

    Attributes:
        refs: patterns of the refs that may deploy, for example ``refs/tags/v*``; empty lets every ref.
        reviewers: a person must approve each job of it.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    reviewers: bool = False


@dataclass(frozen=True)
class Settings:
    """The repository's settings. ``slug`` is ``owner/name``; ``subject`` is how OIDC subjects name it."""

    slug: str
    subject: str
    environments: Mapping[str, Environment]
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedJob:
    """A job as it would start. ``key`` is what a step sees as ``$GITHUB_WORKFLOW/$GITHUB_JOB`` under act."""

    key: str
    title: str
    workflow: Workflow
    job: Job
    permissions: Permissions
    environment: str
    subject: str
    group: ConcurrencyGroup | None
    reviewers: bool


def planned_jobs(
    workflow: Workflow, all_workflows: Mapping[str, Workflow], event: Event, settings: Settings
) -> list[PlannedJob]:
    """Every job of a run, those of called workflows included.

    Raises:
        Refused: GitHub would refuse the run, or it cannot be rehearsed faithfully.
    """
    given = call_inputs.dispatched(workflow, event.inputs) if event.name == "workflow_dispatch" else {}
    ref_name = event.ref.split("/", 2)[2]
    github = {"ref": event.ref, "ref_name": ref_name, "sha": event.sha, "event_name": event.name}
    contexts: Contexts = {"inputs": given, "github": github}
    jobs = []
    for job in workflow.jobs.values():
        rights = permissions.effective(workflow, job, fork=event.fork)
        if not job.uses:
            jobs.append(_planned(workflow, job, rights, contexts, event, settings, job.name))
            continue
        callee = all_workflows.get(PurePosixPath(job.uses).name)
        if callee is None or not job.uses.startswith("./.github/workflows/"):
            raise Refused(f"{workflow.path.name}, job {job.id}: there is no workflow {job.uses} in this repository")
        handed = call_inputs.called(
            callee, {n: fill(str(v), contexts) if isinstance(v, str) else v for n, v in job.with_.items()}
        )
        inner: Contexts = {"inputs": handed, "github": github}
        jobs += [
            _planned(
                callee,
                each,
                permissions.effective(callee, each, rights, fork=event.fork),
                inner,
                event,
                settings,
                f"{job.name} / {each.name}",
            )
            for each in callee.jobs.values()
        ]
    return jobs


def _planned(
    workflow: Workflow, job: Job, rights: Permissions, contexts: Contexts, event: Event, settings: Settings, title: str
) -> PlannedJob:
    where = f"{workflow.path.name}, job {job.id}"
    name = filled(job.environment, contexts, f"{where}: the environment")
    environment = _environment(name, event, settings, where) if name else Environment()
    return PlannedJob(
        key=f"{workflow.name}/{job.id}",
        title=fill(title, contexts),
        workflow=workflow,
        job=job,
        permissions=rights,
        environment=name,
        subject=f"repo:{settings.subject}:" + (f"environment:{name}" if name else _context_of(event)),
        group=ConcurrencyGroup.of(job.concurrency, contexts, where) if job.concurrency else None,
        reviewers=environment.reviewers,
    )


def _context_of(event: Event) -> str:
    return "pull_request" if event.name == "pull_request" else f"ref:{event.ref}"


def _environment(name: str, event: Event, settings: Settings, where: str) -> Environment:
    if name not in settings.environments:
        raise Refused(
            f"{where}: the repository has no environment {name!r} (GitHub would make an unprotected one)",
            untouched="everything: no run was started",
            next_step="make it in the repository's settings (docs/setup.md)",
        )
    environment = settings.environments[name]
    if environment.refs and not triggers.matches(environment.refs, event.ref):
        raise Refused(f"{event.ref} is not allowed to deploy to {name} due to environment protection rules")
    return environment


def values(jobs: Sequence[PlannedJob], event: Event, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """The variables and the secrets of a run: act knows one set, GitHub one for each job. A fork's run has none.

    Raises:
        Refused: a job would see another value than on GitHub.
    """
    if event.fork:
        return {}, {}
    environments = {job.environment: settings.environments[job.environment] for job in jobs if job.environment}
    variables, secrets = dict(settings.variables), dict(settings.secrets)
    for _, each in sorted(environments.items()):
        variables |= each.variables
        secrets |= each.secrets
    for job in jobs:
        own = environments.get(job.environment, Environment())
        for kind, run_has, job_has in (
            ("vars", variables, {**settings.variables, **own.variables}),
            ("secrets", secrets, {**settings.secrets, **own.secrets}),
        ):
            for name in used(str(job.job.raw), kind):
                if run_has.get(name, "") != job_has.get(name, ""):
                    raise Refused(
                        f"{job.workflow.path.name}, job {job.job.id}: {kind}.{name} is another environment's",
                        next_step=f"set {name} for {job.environment or 'the repository'} too, or use another name",
                    )
    return variables, secrets
