"""Which workflows an event starts. Rules: GitHub's "Events that trigger workflows" and "Filter pattern cheat sheet"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflowlint.workflow import Refused, Workflow

_DEFAULT_TYPES = ("opened", "synchronize", "reopened")


@dataclass(frozen=True)
class Event:
    """What happened in the repository.

    Attributes:
        name: ``push``, ``pull_request``, ``merge_group``, ``workflow_dispatch`` or ``schedule``.
        ref: the full ref that a run of it has, for example ``refs/heads/main``.
        sha: the commit that a run of it has.
        payload: as in ``github.event``.
        paths: files that changed (for path filters).
        workflow: the file name of the one workflow that is meant, for a dispatch or a schedule.
        fork: a pull request of a fork: no secrets, no variables, and a token that only reads.
    """

    name: str
    ref: str
    sha: str
    payload: Mapping[str, Any]
    paths: Sequence[str] = ()
    workflow: str = ""
    fork: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)


def started(workflows: Mapping[str, Workflow], event: Event) -> list[Workflow]:
    """The workflows that ``event`` starts, by file name.

    Raises:
        Refused: the one workflow that is meant does not exist or does not listen to the event.
    """
    if not event.workflow:
        return [workflow for workflow in workflows.values() if starts(workflow, event)]
    meant = workflows.get(event.workflow)
    if meant is None or event.name not in meant.on:
        raise Refused(f"{event.workflow} has no {event.name} trigger", next_step=f"give it one, in {event.workflow}")
    return [meant]


def starts(workflow: Workflow, event: Event) -> bool:
    """Whether ``event`` starts ``workflow``."""
    filters = workflow.on.get(event.name)
    if filters is None:
        return False
    if event.name == "push":
        return _ref_passes(filters, event.ref) and _paths_pass(filters, event)
    if event.name == "pull_request":
        action, base = event.payload["action"], event.payload["pull_request"]["base"]["ref"]
        return (
            action in filters.get("types", _DEFAULT_TYPES)
            and _name_passes(filters, "branches", base)
            and _paths_pass(filters, event)
        )
    if event.name == "merge_group":
        base = event.payload["merge_group"]["base_ref"].removeprefix("refs/heads/")
        return event.payload["action"] in filters.get("types", ("checks_requested",)) and _name_passes(
            filters, "branches", base
        )
    return True


def _ref_passes(filters: Mapping[str, Any], ref: str) -> bool:
    kind, other = ("tags", "branches") if ref.startswith("refs/tags/") else ("branches", "tags")
    name = ref.split("/", 2)[2]
    if kind in filters or f"{kind}-ignore" in filters:
        return _name_passes(filters, kind, name)
    return not (other in filters or f"{other}-ignore" in filters)


def _name_passes(filters: Mapping[str, Any], kind: str, name: str) -> bool:
    if kind in filters:
        return matches(filters[kind], name)
    return not matches(filters.get(f"{kind}-ignore", ()), name)


def _paths_pass(filters: Mapping[str, Any], event: Event) -> bool:
    if event.ref.startswith("refs/tags/"):  # "Path filters are not evaluated for pushes of tags."
        return True
    if "paths" in filters:
        return any(matches(filters["paths"], path) for path in event.paths)
    ignored = filters.get("paths-ignore", ())
    return not ignored or any(not matches(ignored, path) for path in event.paths)


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether ``name`` passes ``patterns``: the last one that fits decides, and ``!pattern`` takes away."""
    passed = False
    for pattern in patterns:
        negative = pattern.startswith("!")
        if _expression(pattern[negative:]).fullmatch(name):
            passed = not negative
    return passed


def _expression(pattern: str) -> re.Pattern[str]:
    """``*`` any but ``/``, ``**`` any, ``?`` and ``+`` repeat the character before, ``[]`` one of, ``\\`` as it is."""
    tokens = re.findall(r"\*\*/?|\*|\[[^\]]*\]|\\.|.", pattern, re.DOTALL)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    try:
        return re.compile(
            "".join(
                special.get(token)
                or (token if token[0] == "[" else re.escape(token[-1] if token[0] == "\\" else token))
                for token in tokens
            )
        )
    except re.error as error:
        raise Refused(f"the filter pattern {pattern!r} is not valid: {error}") from error
