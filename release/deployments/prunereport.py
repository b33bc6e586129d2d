"""What release prune says: for each record, image and ledger entry whether it goes, and why."""

from __future__ import annotations

from collections.abc import Iterable

from release import tables
from release.deployments.prunemodel import PrunePlan, PruneVerdict
from release.report import Report
from release.settings.prune import Keep

_KINDS = {"record": "record", "image": "image", "entry": "deployment"}


def of_plan(plan: PrunePlan, keep: Keep, *, deleted: bool = False) -> Report:
    """The plan, or what was done by it; what goes comes first."""
    rows = sorted(plan.verdicts, key=lambda each: not each.goes)
    header = ("what", "name", "size", "verdict", "why")
    gone = "deleted" if deleted else "goes"
    cells = [(_KINDS[each.kind], each.name, _size(each), gone if each.goes else "stays", each.why) for each in rows]
    closing = _closing(plan, deleted=deleted)
    asked = ", ".join(plan.asked) + (", and what was never deployed" if plan.everything else "")
    return Report(
        data={
            "environments": list(plan.asked),
            "everything": plan.everything,
            "keep": {"proven": keep.proven, "days": keep.days},
            "open": list(plan.open),
            "deleted": deleted,
            "verdicts": [_json(each) for each in rows],
        },
        text="\n".join([tables.table(header, cells), "", *closing]),
        summary=f"### Pruning {asked}\n\n{tables.markdown(header, cells)}\n\n" + "\n\n".join(closing) + "\n",
    )


def _size(verdict: PruneVerdict) -> str:
    return tables.size(verdict.size) if verdict.size else "-"


def _json(verdict: PruneVerdict) -> dict[str, object]:
    return {
        "kind": verdict.kind,
        "repository": verdict.repository,
        "digests": list(verdict.digests),
        "name": verdict.name,
        "size": verdict.size,
        "goes": verdict.goes,
        "why": verdict.why,
    }


def _closing(plan: PrunePlan, *, deleted: bool) -> list[str]:
    counted, staying = _counted(plan.going), _counted(each for each in plan.verdicts if not each.goes)
    if deleted:
        return [f"deleted: {counted}; {staying} stay"]
    lines = [
        f"would go: {counted}; {staying} stay. Nothing was deleted" if plan.going else f"nothing goes; {staying} stay"
    ]
    if plan.open:
        lines.append(f"{' and '.join(plan.open)} is open: nothing is deleted before it has ended")
    elif plan.going:
        lines.append(f"to delete it: release prune {'--all' if plan.everything else ' '.join(plan.asked)} --yes")
    return lines


def _counted(verdicts: Iterable[PruneVerdict]) -> str:
    found = list(verdicts)
    parts = []
    for kind, word in _KINDS.items():
        number = sum(1 for each in found if each.kind == kind)
        parts.append(f"{number} {word}{'' if number == 1 else 's'}")
    return f"{', '.join(parts)} ({tables.size(sum(each.size for each in found))})"
