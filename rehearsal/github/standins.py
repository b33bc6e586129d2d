"""Local stand-ins of the third-party actions, each bound to the very commit that the workflow files name.

A stand-in is ``actions/<action>/action.yml``, <action> without its owner; its first line says for what it stands in:
``# actions/checkout@<40 hex> # v7.0.1``. When a workflow moves to another commit, the stand-in is stale until someone
has compared it with that version; the rehearsal refuses until then.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from release.errors import UsageError
from workflowlint.actions import Pin, pin, references
from workflowlint.workflow import Workflow

FOLDER = Path(__file__).parent / "actions"


def stand_ins(folder: Path = FOLDER) -> dict[str, Pin]:
    """The pin that each stand-in was made for, by action. Raises UsageError for one that does not say."""
    found = {}
    for path in sorted(folder.rglob("action.yml")):
        first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        made_for = pin(first)
        if made_for is None or made_for.action.split("/", 1)[1] != str(path.parent.relative_to(folder)):
            raise UsageError(
                f"{path}: the first line does not say which action it stands in for",
                next_step="begin it with '# owner/name@<commit> # <version>'",
            )
        found[made_for.action] = made_for
    return found


def flags(workflows: Iterable[Workflow], folder: Path = FOLDER) -> list[str]:
    """act's options that put the stand-ins in place. Raises UsageError when one is missing or stale."""
    made_for = stand_ins(folder)
    wanted = {found for each in workflows for reference in references(each.text) if (found := _pinned(each, reference))}
    wrong = []
    for each in sorted(wanted):
        if each.action not in made_for:
            wrong.append(f"{each.action} has no stand-in")
        elif made_for[each.action] != each:
            wrong.append(f"the stand-in of {each.action} is stale: made for {made_for[each.action].version}")
    if wrong:
        raise UsageError(
            "; ".join(wrong),
            untouched="everything: no run was started",
            next_step=f"compare the stand-in in {folder} with that version, then change its first line",
        )
    places = {f"{each.repository}@{each.sha}": folder / each.repository.split("/")[1] for each in wanted}
    return [word for name, place in sorted(places.items()) for word in ("--local-repository", f"{name}={place}")]


def _pinned(workflow: Workflow, reference: str) -> Pin:
    found = pin(reference)
    if found is None:
        raise UsageError(
            f"{workflow.path.name}: {reference!r} is not pinned by a full commit with a version comment",
            untouched="everything: no run was started",
            next_step="make lint-workflows",
        )
    return found
