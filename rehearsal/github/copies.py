"""The copies of workflow files that act reads: what act (0.2.89) does not know stands in them in words that it knows.

- A job that calls a workflow of another repository, or of its own, calls the copy of that very file. (act looks for
  ``./`` in a called workflow in the caller's repository.)
- ``$/path`` of an action becomes ``owner/name/path@commit`` of the file's own source.
- ``vars.NAME`` becomes the value that the job's own environment gives: act has one set of variables for a whole run.
- A called job whose environment the caller names tells its questions' leg apart (``REHEARSAL_LEG``), and has a name
  that shows it.
- ``queue`` is left out: :mod:`rehearsal.github.concurrency` models it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rehearsal.github.sources import WorkflowSource, WorkflowSources
from rehearsal.github.startup import PlannedJob
from workflowlint.workflow import Job, Refused, Workflow, document_of

_VARS = re.compile(r"\bvars\.([A-Za-z_][\w-]*)")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def files(flow: Workflow, sources: WorkflowSources, jobs: Sequence[PlannedJob], prefix: str) -> dict[str, str]:
    """The copy of ``flow``, which comes first, and of every workflow that it calls: file name -> text."""
    texts: dict[str, str] = {}
    _copy(flow, sources.own, sources, jobs, prefix, texts)
    return texts


def _copy(
    flow: Workflow,
    source: WorkflowSource,
    sources: WorkflowSources,
    jobs: Sequence[PlannedJob],
    prefix: str,
    texts: dict[str, str],
) -> str:
    """Write the copy of ``flow``, and those of what it calls, into ``texts``. Returns its name."""
    name = f"{prefix}-{source.sha[:12]}-{flow.path.name}"
    if name in texts:
        return name
    texts[name] = ""  # its place: the first is the one that starts
    document = document_of(flow.text)
    for key, written in document["jobs"].items():
        job = flow.jobs[key]
        if isinstance(written.get("concurrency"), dict):
            written["concurrency"].pop("queue", None)
        if job.uses:
            whose, callee = sources.callee(job.uses, source, flow.path.name)
            copied = _copy(callee, whose, sources, jobs, prefix, texts)
            written["uses"] = f"./.github/workflows/{copied}"
            continue
        for step in written.get("steps") or ():
            if str(step.get("uses", "")).startswith("$/"):
                step["uses"] = f"{source.slug}/{step['uses'].removeprefix('$/')}@{source.sha}"
        planned = [each for each in jobs if each.source is source and each.workflow is flow and each.job.id == key]
        if planned:
            document["jobs"][key] = _with_variables(written, _look_up(job, planned))
        if any(each.leg for each in planned):
            environment = f"${{{{ {_expression(job)} }}}}"
            of_job = document["jobs"][key]
            of_job["name"] = f"{key} {environment}"
            of_job["env"] = {**(of_job.get("env") or {}), "REHEARSAL_LEG": environment}
    texts[name] = json.dumps(document, indent=1)
    return name


def _expression(job: Job) -> str:
    """The one look-up that names the environment."""
    found = _EXPRESSION.fullmatch(job.environment)
    if found is None:
        raise Refused(
            f"job {job.id}: its environment {job.environment!r} is more than one look-up, which is not rehearsed",
            untouched="everything: no run was started",
            next_step="write it as ${{ inputs.environment }}",
        )
    return found[1].strip()


def _look_up(job: Job, planned: Sequence[PlannedJob]) -> Callable[[str], str]:
    """The expression that gives a variable's value in the job, or in the leg of it that runs."""
    if not any(each.leg for each in planned):
        return lambda name: _literal(planned[0].variables.get(name, ""))
    values = {each.leg: each.variables for each in planned}
    return lambda name: f"{_literal({leg: has.get(name, '') for leg, has in values.items()})}[{_expression(job)}]"


def _literal(value: str | Mapping[str, str]) -> str:
    """As an expression; no brace of it can end the expression early."""
    text = json.dumps(value).replace("'", "''")
    if isinstance(value, str):
        return "fromJSON('" + text.replace("}", r"\u007d").replace("{", r"\u007b") + "')"
    inner = ", ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
    return "fromJSON('{" + inner.replace("}", r"\u007d").replace("{", r"\u007b").replace("'", "''") + "}')"


def _with_variables(value: Any, look_up: Callable[[str], str], key: str = "") -> Any:
    """``value`` with each ``vars.NAME`` in its expressions replaced; a condition is one without braces."""
    if isinstance(value, dict):
        return {name: _with_variables(each, look_up, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_variables(each, look_up) for each in value]
    if not isinstance(value, str):
        return value
    if key == "if" and "${{" not in value:
        return _VARS.sub(lambda match: look_up(match[1]), value)
    return _EXPRESSION.sub(lambda found: "${{" + _VARS.sub(lambda match: look_up(match[1]), found[1]) + "}}", value)
