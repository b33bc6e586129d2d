"""Who starts a run, and what it may then do: triggers, permissions, OIDC tokens, environments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflowlint import permissions
from workflowlint.expressions import used
from workflowlint.rules.violation import CREDENTIALS, MAIN, Violation
from workflowlint.workflow import Refused, Workflow

_RUNS_CODE = re.compile(r"\brelease build\b|\bmake\b|\bpytest\b|\bpip install\b|\bdocker (?:run|build)\b")


def triggers(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Events that run a stranger's code with this repository's rights (faults.md, 4); names of branches."""
    for name, workflow in workflows.items():
        for event, filters in workflow.on.items():
            if event in ("pull_request_target", "workflow_run", "issue_comment"):
                yield Violation(
                    name, f"on.{event}", f"{event} gives a stranger's pull request this repository's rights"
                )
            for pattern in filters.get("branches") or ():
                if pattern != MAIN:
                    yield Violation(name, f"on.{event}.branches", f"{pattern!r} is not {MAIN!r}")
        for ref in re.findall(r"refs/heads/([\w./-]+)", workflow.text):
            if ref != MAIN:
                yield Violation(name, "refs/heads", f"{ref!r} is not {MAIN!r}")


def tag_filters(workflows: Mapping[str, Workflow], tags: str) -> Iterator[Violation]:
    """The tags that start a run are release tags, as release.toml names them."""
    for name, workflow in workflows.items():
        for event, filters in workflow.on.items():
            for pattern in filters.get("tags") or ():
                if pattern != tags:
                    said = f"{pattern!r} is not {tags!r}, as release.toml names release tags: {_line_of(tags)}"
                    yield Violation(name, f"on.{event}.tags", said)


def _line_of(tags: str) -> str:
    """The line to write, in YAML."""
    return "tags: ['" + tags.replace("'", "''") + "']"


def grants(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Nothing granted on top; each job says what it needs; a called job gets what it asks for."""
    for name, workflow in workflows.items():
        if workflow.permissions != {}:
            yield Violation(name, "permissions", "must be {} on top: each job says what it needs")
        for job in workflow.jobs.values():
            if job.permissions is None:
                yield Violation(name, job.id, "has no permissions of its own")
            try:
                granted = permissions.effective(workflow, job)
                callee = workflows.get(job.uses.rpartition("/")[2]) if job.uses else None
                for each in callee.jobs.values() if callee else ():
                    permissions.effective(callee or workflow, each, granted)
            except Refused as refusal:
                yield Violation(name, job.id, refusal.message)


def tokens(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Who may ask for an OIDC token: a job that takes a role, and nobody who builds or tests (faults.md, 6)."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            granted = isinstance(job.permissions, dict) and job.permissions.get("id-token") == "write"
            takes_role = any(step.uses.startswith(CREDENTIALS) for step in job.steps)
            runs_code = [step for step in job.steps if _RUNS_CODE.search(step.run)]
            if takes_role and not granted:
                yield Violation(name, job.id, "takes a role without id-token: write")
            if granted and not takes_role and not job.uses:
                yield Violation(name, job.id, "has id-token: write and takes no role")
            if granted and runs_code:
                yield Violation(name, job.id, f"has id-token: write and builds or tests ({runs_code[0].title})")
            if granted and "pull_request" in workflow.on:
                yield Violation(name, job.id, "has id-token: write and runs on pull requests")


def environments(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """A role that only an environment has is asked for in that environment."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            wanted = used(str(job.raw), "vars") & {"DEPLOY_ROLE", "PROMOTE_ROLE"}
            if wanted and not job.environment:
                yield Violation(name, job.id, f"vars.{min(wanted)} belongs to an environment, and the job names none")
