"""What runs beside, before and after what: caches, queues of deployments, the job that protection requires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflowlint.rules.violation import CREDENTIALS, Violation
from workflowlint.workflow import Job, Workflow

_DEPLOYS = re.compile(r"\brelease (?:deploy|rollback)\b")


def caches(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """A pull request writes no cache, and a job with a role reads none (faults.md, 5)."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            for step in job.steps:
                writes = re.match(r"actions/cache(/save)?@", step.uses) or any("CACHE_TO" in key for key in step.env)
                if "pull_request" in workflow.on and (writes or "type=gha" in str(step)):
                    yield Violation(name, job.id, f"a pull request must not write a cache ({step.title})")
                if step.uses.startswith("actions/cache") and any(s.uses.startswith(CREDENTIALS) for s in job.steps):
                    yield Violation(name, job.id, f"a job with a role must not use a cache ({step.title})")


def queues(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Deployments of one environment go one by one, and no waiting one is cancelled (faults.md, 21)."""
    deploying = {
        name
        for name, each in workflows.items()
        if any(_DEPLOYS.search(s.run) for j in each.jobs.values() for s in j.steps)
    }
    for name, workflow in workflows.items():
        calls = any(job.uses.rpartition("/")[2] in deploying for job in workflow.jobs.values())
        if workflow.concurrency and (calls or name in deploying):
            yield Violation(name, "concurrency", "a group of the whole workflow would cancel runs that wait")
        for job in workflow.jobs.values() if name in deploying else ():
            group = job.concurrency or {}
            if "inputs.environment" not in str(group.get("group")):
                yield Violation(name, job.id, "deploys outside a concurrency group of its environment")
            elif group.get("queue") != "max" or group.get("cancel-in-progress"):
                yield Violation(name, job.id, "deployments that wait would be cancelled: queue: max, nothing cancelled")


def required(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """The one job that branch protection requires waits for all others and always runs: a skipped one would pass."""
    for name, workflow in workflows.items():
        job: Job | None = workflow.jobs.get("required")
        if job is None:
            if "pull_request" in workflow.on:
                yield Violation(name, "jobs", "has no job 'required' for branch protection")
            continue
        for missing in sorted(workflow.jobs.keys() - {*job.needs, "required"}):
            yield Violation(name, "required", f"does not wait for {missing}")
        if "always()" not in str(job.raw.get("if")):
            yield Violation(name, "required", "would be skipped, and so pass: if: always()")
