"""The project's own rules for workflow files: what no linter knows, because it is about this pipeline. Pure.

Each rule is a function from a repository's workflows to findings. ``workflowlint.linters`` runs them with
every other linter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from release.commands import NAMES, of_name
from workflowlint import permissions, standins
from workflowlint.expressions import used
from workflowlint.standins import Pin
from workflowlint.workflow import RUNNER, Job, Refused, Workflow

SETUP = "./.github/actions/setup"
CREDENTIALS = "aws-actions/configure-aws-credentials@"
MAIN = "main"

#: The step outputs of each ``release`` command, as the command itself names them.
OUTPUTS: Mapping[str, frozenset[str]] = {name: frozenset(of_name(name).OUTPUTS) for name in NAMES}

_COMMAND = re.compile(r"\brelease (" + "|".join(OUTPUTS) + r")\b")
_RUNS_CODE = re.compile(r"\brelease build\b|\bmake\b|\bpytest\b|\bpip install\b|\bdocker (?:run|build)\b")
_DEPLOYS = re.compile(r"\brelease (?:deploy|rollback)\b")
_ANY_CACHE = re.compile(r"uses: actions/cache\b|type=(?:gha|local|registry)\b", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Violation:
    """One mistake: where, and what to do."""

    file: str
    where: str
    message: str


Rule = Callable[[Mapping[str, Workflow]], Iterator[Violation]]


def check(
    workflows: Mapping[str, Workflow],
    stand_ins: Mapping[str, Pin],
    action_outputs: Mapping[str, frozenset[str]],
    actions: Mapping[str, str],
    tags: str,
) -> list[Violation]:
    """Every finding.

    Args:
        stand_ins: the pin that each stand-in was made for, by third-party action.
        action_outputs: the outputs that each stand-in sets.
        actions: the text of this repository's own actions, by name.
        tags: the pattern of release tags, from the prefix in release.toml.
    """
    texts = {name: workflow.text for name, workflow in workflows.items()} | dict(actions)
    found = [Violation(file, "uses", text) for file, text in standins.problems(texts, stand_ins)]
    found += outputs(workflows, action_outputs)
    found += triggers(workflows, tags)
    for rule in RULES:
        found += rule(workflows)
    return sorted(found)


def triggers(workflows: Mapping[str, Workflow], tags: str) -> Iterator[Violation]:
    """Events that run a stranger's code with this repository's rights (faults.md, 4); names of branches and tags."""
    for name, workflow in workflows.items():
        for event, filters in workflow.on.items():
            if event in ("pull_request_target", "workflow_run", "issue_comment"):
                yield Violation(
                    name, f"on.{event}", f"{event} gives a stranger's pull request this repository's rights"
                )
            for kind, only in (("branches", MAIN), ("tags", tags)):
                for pattern in filters.get(kind) or ():
                    if pattern != only:
                        said = ", the tags whose prefix release.toml names" if kind == "tags" else ""
                        yield Violation(name, f"on.{event}.{kind}", f"{pattern!r} is not {only!r}{said}")
        for ref in re.findall(r"refs/heads/([\w./-]+)", workflow.text):
            if ref != MAIN:
                yield Violation(name, "refs/heads", f"{ref!r} is not {MAIN!r}")


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


def outputs(workflows: Mapping[str, Workflow], of_actions: Mapping[str, frozenset[str]]) -> Iterator[Violation]:
    """An output that no step sets is an empty string on GitHub, without a word."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            known: dict[str, frozenset[str]] = {}
            for step in job.steps:
                action = step.uses.partition("@")[0]
                known[step.id] = of_actions.get(action, frozenset()) if step.uses else _outputs_of(step.run)
            for step_id, wanted in sorted(set(re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", str(job.raw)))):
                if step_id in known and wanted not in known[step_id]:
                    yield Violation(name, job.id, f"step {step_id!r} sets no output {wanted!r}")


def _outputs_of(run: str) -> frozenset[str]:
    of_commands = frozenset[str]().union(*(OUTPUTS[command] for command in _COMMAND.findall(run)))
    return of_commands | set(re.findall(r"([\w-]+)=[^\n]*>> *\"?\$\{?GITHUB_OUTPUT", run))


def steps(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Injection, credentials left behind, histories that are too short, time without end, machines nobody rehearsed."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            if job.uses:
                continue
            if "timeout-minutes" not in job.raw:
                yield Violation(name, job.id, "has no timeout-minutes")
            if job.raw.get("runs-on") != RUNNER:
                yield Violation(name, job.id, f"runs on {job.raw.get('runs-on')!r}; the rehearsal knows {RUNNER}")
            sets_up = any(step.uses == SETUP for step in job.steps)
            checkouts = [step for step in job.steps if step.uses.startswith("actions/checkout@")]
            if sets_up and not checkouts:
                yield Violation(name, job.id, f"{SETUP} needs a checkout before it")
            for step in checkouts:
                if step.with_.get("persist-credentials") is not False:
                    yield Violation(name, job.id, "leaves the token in .git: persist-credentials: false")
                if sets_up and step.with_.get("fetch-depth") != 0:
                    yield Violation(name, job.id, "versions need the whole history: fetch-depth: 0")
            for step in job.steps:
                if "${{" in step.run:
                    yield Violation(name, job.id, f"an expression inside a script: pass it through env ({step.title})")
                if re.search(r"GITHUB_(ENV|PATH)\b", step.run):
                    yield Violation(name, job.id, f"changes the environment of later steps ({step.title})")
                if re.search(r"\brelease [a-z]", step.run) and not sets_up:
                    yield Violation(name, job.id, f"runs release without {SETUP}")


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


def environments(workflows: Mapping[str, Workflow]) -> Iterator[Violation]:
    """A role that only an environment has is asked for in that environment."""
    for name, workflow in workflows.items():
        for job in workflow.jobs.values():
            wanted = used(str(job.raw), "vars") & {"DEPLOY_ROLE", "PROMOTE_ROLE"}
            if wanted and not job.environment:
                yield Violation(name, job.id, f"vars.{min(wanted)} belongs to an environment, and the job names none")


RULES: tuple[Rule, ...] = (
    grants,
    tokens,
    caches,
    queues,
    steps,
    required,
    environments,
)
