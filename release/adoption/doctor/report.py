"""The doctor's list, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from release.adoption.doctor.findings import ACCOUNT, GITHUB, LOCAL, OK, UNKNOWN, WRONG, Diagnosis
from release.errors import ConflictError
from release.report import Report
from release.text import line


def of_findings(found: Sequence[Diagnosis]) -> Report:
    """Grouped, in the order in which it was looked. Raises ConflictError, with the list, when something is wrong."""
    counts = {state: sum(each.state == state for each in found) for state in (OK, WRONG, UNKNOWN)}
    said = f"{counts[OK]} ok, {counts[WRONG]} wrong, {counts[UNKNOWN]} not known from here"
    report = Report(
        data={
            "ok": counts[OK],
            "wrong": counts[WRONG],
            "not-known": counts[UNKNOWN],
            "findings": [
                {
                    "group": each.group,
                    "subject": each.subject,
                    "environment": each.environment or None,
                    "state": each.state,
                    "text": each.text,
                    "remedy": each.remedy or None,
                }
                for each in found
            ],
        },
        text="\n".join((*_lines(found), "", said)),
    )
    wrong = [each for each in found if each.state == WRONG]
    if wrong:
        first = wrong[0]
        error = ConflictError(
            f"{len(wrong)} {'thing is' if len(wrong) == 1 else 'things are'} wrong; the first is {first.subject}: "
            f"{first.text}",
            untouched="everything; this only looks",
            next_step=first.remedy or "mend it, then run release doctor again",
        )
        error.report = report
        raise error
    return report


def _lines(found: Sequence[Diagnosis]) -> Iterator[str]:
    for group in (LOCAL, GITHUB, ACCOUNT):
        own = [each for each in found if each.group == group]
        if not own:
            continue
        yield f"{group}:"
        for each in own:
            yield line(f"  {each.state:<9}  {each.subject}: {each.text}")
            if each.remedy and each.state != OK:
                yield line(f"             -> {each.remedy}")
