"""The project's own rules for workflow files: what no linter knows, because it is about this pipeline. Pure.

Each rule is a function from a repository's workflows to findings. ``workflowlint.linters`` runs them with every other
linter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflowlint.actions import KnownAction, problems
from workflowlint.rules import callers, order, rights, steps
from workflowlint.rules.violation import Rule, Violation
from workflowlint.workflow import Workflow

RULES: tuple[Rule, ...] = (
    rights.grants,
    rights.tokens,
    rights.environments,
    order.caches,
    order.queues,
    order.required,
    steps.steps,
)


def check(
    workflows: Mapping[str, Workflow],
    listed: Mapping[str, KnownAction],
    actions: Mapping[str, str],
    tags: str,
    environments: Sequence[str] = (),
    home: Mapping[str, Workflow] | None = None,
) -> list[Violation]:
    """Every finding. Of a repository that calls our workflows only the files that do: the others are its own affair.

    Args:
        listed: the third-party actions that may be used.
        actions: the text of this repository's own actions, by name.
        tags: the pattern of release tags, from the prefix in release.toml.
        environments: those of release.toml; empty where there is none.
        home: the workflows that other repositories call: this project's own.
    """
    calling = callers.callers(workflows, home or {})
    if calling:
        found = [*callers.calls(calling, home or {}), *callers.forms(calling, environments)]
        found += [*rights.tag_filters(calling, tags), *rights.grants(calling)]
        return sorted(found)
    texts = {name: workflow.text for name, workflow in workflows.items()} | dict(actions)
    found = [Violation(file, "uses", text) for file, text in problems(texts, listed)]
    found += steps.outputs(workflows, {name: action.outputs for name, action in listed.items()})
    found += [*rights.triggers(workflows), *rights.tag_filters(workflows, tags)]
    found += callers.forms(workflows, environments)
    for rule in RULES:
        found += rule(workflows)
    return sorted(found)
