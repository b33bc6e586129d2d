"""What steps do and set: injection, histories that are too short, outputs that nobody sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from release.commands import NAMES, of_name
from workflowlint.rules.violation import SETUP, Violation
from workflowlint.workflow import RUNNER, Workflow

#: The step outputs of each ``release`` command, as the command itself names them.
OUTPUTS: Mapping[str, frozenset[str]] = {name: frozenset(of_name(name).OUTPUTS) for name in NAMES}

_COMMAND = re.compile(r"\brelease (" + "|".join(OUTPUTS) + r")(?![\w-])")


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
