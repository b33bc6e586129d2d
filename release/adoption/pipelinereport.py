"""What ``release pipeline`` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from release.adoption.grants import Unknown
from release.adoption.pipeline import PATH, PipelinePlan, difference
from release.report import Report
from release.text import markdown


def of_print(plan: PipelinePlan) -> Report:
    """The file itself; everything else is a note."""
    return Report(_data(plan), plan.generated.text.rstrip("\n"), notes=_notes(plan))


def of_write(plan: PipelinePlan, *, dry_run: bool) -> Report:
    """What changed, and that it is deployed by a person."""
    if not plan.diff:
        return Report(_data(plan), f"{PATH} is what release.toml and the template ask for", notes=_notes(plan))
    done = "would be written" if dry_run else "is written"
    text = f"{plan.diff}\n{PATH} {done}; commit it, and deploy it before the release that needs it:\n  {plan.deploy}"
    return Report(_data(plan), text, notes=_notes(plan))


def of_check(plan: PipelinePlan, before: str | None) -> Report:
    """The file is current; whether it must be deployed again is known by another commit's."""
    text = f"{PATH} is what release.toml and the template ask for"
    again = before is not None and bool(difference(before, plan.generated.text))
    summary = ""
    if again:
        text += f"; it is another one than before: deploy it again before this is merged:\n  {plan.deploy}"
        summary = (
            f"### {PATH} must be deployed again\n\nThe template or release.toml asks for more than the account has. "
            f"Before this is merged:\n\n```sh\n{plan.deploy}\n```\n"
        )
    if notes := _notes(plan):
        summary += f"\n### What {PATH} does not grant\n\n" + "".join(f"- {markdown(each)}\n" for each in notes)
    return Report(_data(plan) | {"deploy-again": again}, text, summary=summary, notes=notes)


def _data(plan: PipelinePlan) -> dict[str, Any]:
    return {
        "current": not plan.diff,
        "diff": plan.diff,
        "types": list(plan.generated.types),
        "unknown": {each.type: list(each.where) for each in plan.generated.unknown},
        "notes": list(plan.generated.notes),
    }


def _notes(plan: PipelinePlan) -> list[str]:
    return [*(line for each in plan.generated.unknown for line in _unknown(each)), *plan.generated.notes]


def _unknown(each: Unknown) -> Iterator[str]:
    actions = ", ".join(each.actions) if each.actions else "the actions that its page in AWS's documentation names"
    yield (
        f"nothing is granted for {each.type} ({', '.join(each.where)}): it is not known how its resources are called. "
        f"Add a managed policy to your own block in {PATH}, with the deploy roles under `Roles` and the type's name in "
        f"its description, that allows {actions}"
    )
