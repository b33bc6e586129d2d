"""What release remove says: what goes, what stays and why, what stops it, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator

from release import tables
from release.deployments.prunemodel import PruneVerdict
from release.deployments.removalmodel import Fate, RemovalPlan, RemovalResult, ResourceVerdict
from release.deployments.reports import removed_text
from release.report import Report
from release.text import markdown

_HEADER = ("what", "name", "type or size", "verdict", "why")
_KINDS = {"record": "record", "image": "image"}


def of_plan(plan: RemovalPlan) -> Report:
    """What would be done."""
    return _report(plan, [*_closing(plan)], removed=False)


def of_removal(result: RemovalResult) -> Report:
    """What was done."""
    plan = result.plan
    lines = [f"{plan.environment} is removed, recorded as {result.recorded}"]
    if unplanned := [each for each in result.left if each not in plan.staying]:
        lines.append(f"stays too, because something came into it meanwhile: {', '.join(unplanned)}")
    if result.spared:
        lines.append(f"stays too, because something came to need it meanwhile: {', '.join(result.spared)}")
    return _report(plan, [*lines, *_after(plan)], removed=True, result=result)


def _report(plan: RemovalPlan, closing: list[str], *, removed: bool, result: RemovalResult | None = None) -> Report:
    goes = "gone" if removed else "goes"
    cells = [*(_resource(each, goes) for each in plan.resources), *(_shelved(each, goes) for each in plan.shelved)]
    hints = [*_hints(plan, removed=removed)]
    table = [tables.table(_HEADER, cells), ""] if cells else []
    title = f"### {'Removed' if removed else 'Removing'} {plan.environment}"
    marked = f"{tables.markdown(_HEADER, cells)}\n\n" if cells else ""
    listed = "".join(f"- {markdown(each)}\n" for each in [*hints, *closing])
    return Report(
        data={
            "environment": plan.environment,
            "removed": removed or plan.removed is not None,
            "changed": removed,
            "recorded": result.recorded if result else None,
            "stack": {"name": plan.stack.name, "status": plan.stack.status} if plan.stack else None,
            "resources": [_resource_json(each) for each in plan.resources],
            "registry": [_shelved_json(each) for each in plan.shelved],
            "left": list(result.left) if result else [],
            "stops": [{"why": each.why, "next": each.next_step} for each in plan.stops],
            "after": list(plan.after),
        },
        text="\n".join([*table, *hints, *closing]),
        summary=f"{title}\n\n{marked}{listed}",
    )


def _hints(plan: RemovalPlan, *, removed: bool) -> Iterator[str]:
    """What a person can do about what stays: before, and afterwards. What stops the removal says more than that."""
    for each in plan.resources if not plan.stops else ():
        said = [] if removed else [each.hint]
        if told := "; ".join(filter(None, [*said, each.later])):
            yield f"{each.resource.logical_id}: {told}"


def _closing(plan: RemovalPlan) -> Iterator[str]:
    if plan.claim is None and not plan.stops:
        yield _nothing(plan)
        return
    goes = [each for each in plan.resources if each.fate is not Fate.STAYS]
    stack = f"stack {plan.stack.name}" if plan.stack else "no stack, which is gone"
    if plan.stack:
        stack += f" with {len(goes)} of its {len(plan.resources)} resources"
    size = tables.size(sum(each.size for each in plan.going))
    yield f"would go: {stack}; {_counted(plan.going)} ({size}). The ledger stays. Nothing was changed"
    for entry in plan.abandoned if not plan.stops else ():
        yield f"first {entry.claim.tag} is marked abandoned: its run by {entry.claim.run.who} is over"
    for stop in plan.stops:
        yield f"not yet: {stop.why}; {stop.next_step}"
    if not plan.stops:
        yield from _after(plan)


def _nothing(plan: RemovalPlan) -> str:
    if plan.removed:
        return f"{plan.environment} was {removed_text(plan.removed)}: nothing to do"
    return f"nothing was ever deployed to {plan.environment}, and there is no stack: nothing to do"


def _after(plan: RemovalPlan) -> Iterator[str]:
    for number, each in enumerate(plan.after, 1):
        yield f"afterwards {number}: {each}"


def _counted(verdicts: tuple[PruneVerdict, ...]) -> str:
    parts = []
    for kind, word in _KINDS.items():
        number = sum(1 for each in verdicts if each.kind == kind)
        parts.append(f"{number} {word}{'' if number == 1 else 's'}")
    return " and ".join(parts)


def _resource(each: ResourceVerdict, goes: str) -> tuple[str, ...]:
    resource = each.resource
    name = resource.logical_id
    if each.fate is not Fate.GOES:
        name += f" = {resource.physical_id}"
    return "resource", name, resource.type, each.fate.value.replace("goes", goes, 1), each.why


def _shelved(each: PruneVerdict, goes: str) -> tuple[str, ...]:
    size = tables.size(each.size) if each.size else "-"
    return _KINDS[each.kind], each.name, size, goes if each.goes else "stays", each.why


def _resource_json(each: ResourceVerdict) -> dict[str, object]:
    return {
        "name": each.resource.logical_id,
        "type": each.resource.type,
        "id": each.resource.physical_id,
        "fate": each.fate.value,
        "why": each.why,
        "hint": each.hint,
        "later": each.later,
    }


def _shelved_json(each: PruneVerdict) -> dict[str, object]:
    return {
        "kind": _KINDS[each.kind],
        "repository": each.repository,
        "digest": each.digests[0],
        "name": each.name,
        "size": each.size,
        "goes": each.goes,
        "why": each.why,
    }
