"""Files that call this project's workflows in another repository: pinned, with inputs and rights that fit.

They are compared with the files that this command brings, whichever commit they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from workflowlint import actions, permissions
from workflowlint.permissions import Permissions
from workflowlint.rules.violation import Violation
from workflowlint.workflow import CALLED, Job, Refused, Workflow


def called(workflow: Workflow, home: Mapping[str, Workflow]) -> dict[str, str]:
    """What jobs of ``workflow`` call of ours: job id -> file. Ours is a file that has its caller's name."""
    found = {job.id: CALLED.fullmatch(job.uses) for job in workflow.jobs.values() if job.uses}
    return {
        name: match["file"]
        for name, match in found.items()
        if match and match["file"] == workflow.path.name and match["file"] in home
    }


def callers(workflows: Mapping[str, Workflow], home: Mapping[str, Workflow]) -> dict[str, Workflow]:
    """The files that call ours."""
    return {name: each for name, each in workflows.items() if called(each, home)}


def calls(workflows: Mapping[str, Workflow], home: Mapping[str, Workflow]) -> Iterator[Violation]:
    """Each call: its pin, its inputs and what it grants, through every workflow that is called in turn."""
    pins: dict[str, str] = {}
    branches: dict[str, str] = {}
    for name, workflow in callers(workflows, home).items():
        for reference in actions.references(workflow.text):
            if CALLED.match(reference) and (pin := actions.pin_of_call(reference)) is None:
                yield Violation(name, "uses", f"{reference!r} is not pinned by a full commit with a version comment")
            elif CALLED.match(reference) and pin:
                pins.setdefault(f"{pin.repository}@{pin.sha} # {pin.version}", name)
        for filters in workflow.on.values():
            for branch in filters.get("branches") or ():
                branches.setdefault(str(branch), name)
        for job_id, file in called(workflow, home).items():
            job = workflow.jobs[job_id]
            yield from _inputs(name, job, home[file])
            try:
                yield from _rights(name, job, home[file], home, permissions.effective(workflow, job))
            except Refused as refusal:
                yield Violation(name, job.id, refusal.message)
    for what, found in (("workflows", pins), ("branches", branches)):
        for each, name in [*found.items()][1:]:
            first = next(iter(found))
            yield Violation(name, what, f"{each} is not what {found[first]} names: {first}")


def _inputs(name: str, job: Job, callee: Workflow) -> Iterator[Violation]:
    wanted: Mapping[str, Mapping[str, object]] = callee.on.get("workflow_call", {}).get("inputs") or {}
    for missing in (key for key, rule in wanted.items() if rule.get("required") and key not in job.with_):
        yield Violation(name, job.id, f"{callee.path.name} asks for the input {missing!r}, which is not given")
    for unknown in job.with_.keys() - wanted.keys():
        yield Violation(name, job.id, f"{callee.path.name} has no input {unknown!r}")


def _rights(
    name: str, job: Job, callee: Workflow, home: Mapping[str, Workflow], granted: Permissions
) -> Iterator[Violation]:
    for each in callee.jobs.values():
        try:
            inner = permissions.effective(callee, each, granted)
        except Refused as refusal:
            yield Violation(name, job.id, refusal.message)
            continue
        if further := home.get(each.uses.rpartition("/")[2]) if each.uses else None:
            yield from _rights(name, job, further, home, inner)


def forms(workflows: Mapping[str, Workflow], environments: Sequence[str]) -> Iterator[Violation]:
    """A form that asks for an environment offers those of release.toml, all of them and in their order."""
    for name, workflow in workflows.items():
        form = workflow.on.get("workflow_dispatch", {}).get("inputs") or {}
        offered = (form.get("environment") or {}).get("options")
        if environments and offered is not None and list(offered) != list(environments):
            wanted = re.sub(r"[\[\]']", "", str(list(environments)))
            yield Violation(name, "workflow_dispatch", f"release.toml has other environments: options: [{wanted}]")
