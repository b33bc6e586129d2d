"""What GitHub settles before a job starts: its environment, its token's permissions, its OIDC claims, its queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rehearsal.github import inputs as call_inputs
from rehearsal.github import triggers
from rehearsal.github.concurrency import ConcurrencyGroup
from rehearsal.github.foresight import Foresee, legs
from rehearsal.github.sources import WorkflowSource, WorkflowSources
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
    """The repository's settings. ``slug`` is ``owner/name``; ``subject`` is how OIDC subjects name it.

    ``branch`` is the default branch.
    """

    slug: str
    subject: str
    environments: Mapping[str, Environment]
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    branch: str = "main"


@dataclass(frozen=True)
class PlannedJob:
    """A job as it would start.

    Attributes:
        key: what a step sees as ``$GITHUB_WORKFLOW/$GITHUB_JOB`` under act, and the leg behind it.
        leg: the environment, where the caller names it; "" elsewhere.
        source: whose file it is in.
        variables: what ``vars`` holds in it.
        claims: of its OIDC token, besides issuer, subject and audience ("OpenID Connect reference").
    """

    key: str
    title: str
    workflow: Workflow
    job: Job
    permissions: Permissions
    environment: str
    subject: str
    group: ConcurrencyGroup | None
    reviewers: bool
    leg: str
    source: WorkflowSource
    variables: Mapping[str, str]
    claims: Mapping[str, str]


@dataclass(frozen=True)
class PlannedRun:
    """A run as it would start: every job, those of called workflows included, and the groups of whole workflows."""

    jobs: list[PlannedJob] = field(default_factory=list)
    groups: list[ConcurrencyGroup] = field(default_factory=list)


def planned_run(
    workflow: Workflow, sources: WorkflowSources, event: Event, settings: Settings, foresee: Foresee
) -> PlannedRun:
    """What a run of ``workflow``, a file of the repository itself, would be.

    Raises:
        Refused: GitHub would refuse the run, or it cannot be rehearsed faithfully.
    """
    given = call_inputs.dispatched(workflow, event.inputs) if event.name == "workflow_dispatch" else {}
    ref_name = event.ref.split("/", 2)[2]
    github = {"ref": event.ref, "ref_name": ref_name, "sha": event.sha, "event_name": event.name}
    planner = _Planner(workflow, sources, event, settings, foresee, PlannedRun())
    planner.add(workflow, sources.own, {"inputs": given, "github": github}, None, "")
    return planner.run


@dataclass(frozen=True)
class _Planner:
    started: Workflow
    sources: WorkflowSources
    event: Event
    settings: Settings
    foresee: Foresee
    run: PlannedRun

    def add(
        self, flow: Workflow, source: WorkflowSource, contexts: Contexts, granted: Permissions | None, title: str
    ) -> None:
        """Plan the jobs of ``flow``; ``granted`` and ``title`` are the calling job's."""
        if flow.concurrency:  # of a called workflow too, filled in with the caller's context
            group = ConcurrencyGroup.of(flow.concurrency, contexts, flow.path.name)
            if group.name in [each.name for each in self.run.groups]:
                raise Refused(f"{flow.path.name} waits for its own caller in the group {group.name}")
            self.run.groups.append(group)
        for job in flow.jobs.values():
            rights = permissions.effective(flow, job, granted, fork=self.event.fork)
            if not job.uses:
                self.run.jobs.append(_planned(self, flow, source, job, rights, contexts, title + job.name))
                continue
            whose, callee = self.sources.callee(job.uses, source, f"{flow.path.name}, job {job.id}")
            for leg in legs(flow, job, self.foresee):
                own: Contexts = {**contexts, "matrix": leg}
                given = {n: fill(str(v), own) if isinstance(v, str) else v for n, v in job.with_.items()}
                inner: Contexts = {"inputs": call_inputs.called(callee, given), "github": contexts["github"]}
                self.add(callee, whose, inner, rights, f"{title}{fill(job.name, own)} / ")


def _planned(
    planner: _Planner,
    workflow: Workflow,
    source: WorkflowSource,
    job: Job,
    rights: Permissions,
    contexts: Contexts,
    title: str,
) -> PlannedJob:
    event, settings = planner.event, planner.settings
    where = f"{workflow.path.name}, job {job.id}"
    name = filled(job.environment, contexts, f"{where}: the environment")
    environment = _environment(name, event, settings, where) if name else Environment()
    leg = name if "${{" in job.environment else ""
    return PlannedJob(
        key=f"{workflow.name}/{job.id}" + (f" {leg}" if leg else ""),
        title=fill(title, contexts),
        workflow=workflow,
        job=job,
        permissions=rights,
        environment=name,
        subject=f"repo:{settings.subject}:" + (f"environment:{name}" if name else _context_of(event)),
        group=ConcurrencyGroup.of(job.concurrency, contexts, where) if job.concurrency else None,
        reviewers=environment.reviewers,
        leg=leg,
        source=source,
        variables={} if event.fork else {**settings.variables, **environment.variables},
        claims={
            "repository": settings.slug,
            "ref": event.ref,
            "sha": event.sha,
            "event_name": event.name,
            "workflow_ref": f"{settings.slug}/.github/workflows/{planner.started.path.name}@{event.ref}",
            "job_workflow_ref": f"{source.slug}/.github/workflows/{workflow.path.name}@{source.ref}",
            "job_workflow_sha": source.sha,
            **({"environment": name} if name else {}),
        },
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


def secrets_of(jobs: Sequence[PlannedJob], event: Event, settings: Settings) -> dict[str, str]:
    """The secrets of a run: act knows one set, GitHub one for each job. A fork's run has none.

    Raises:
        Refused: a job would see another value than on GitHub.
    """
    if event.fork:
        return {}
    environments = {job.environment: settings.environments[job.environment] for job in jobs if job.environment}
    found = dict(settings.secrets)
    for _, each in sorted(environments.items()):
        found |= each.secrets
    for job in jobs:
        own = environments.get(job.environment, Environment())
        job_has = {**settings.secrets, **own.secrets}
        for name in used(str(job.job.raw), "secrets"):
            if found.get(name, "") != job_has.get(name, ""):
                raise Refused(
                    f"{job.workflow.path.name}, job {job.job.id}: secrets.{name} is another environment's",
                    next_step=f"set {name} for {job.environment or 'the repository'} too, or use another name",
                )
    return found
