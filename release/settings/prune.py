"""``[prune]`` of release.toml: what ``release prune`` leaves in the registry beside what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from release.toml import Table


@dataclass(frozen=True)
class Keep:
    """What stays in any case: so many releases that were proven last, per environment; all that is younger, in days."""

    proven: int = 10
    days: int = 90


def parse_prune(table: Table) -> Keep:
    """Read ``[prune]``. Raises UsageError with line and key."""
    proven = table.value(
        "keep-proven",
        int,
        Keep.proven,
        low=1,
        doc="How many of the releases that were proven last stay, for each environment. What is live and what a "
        "rollback leads to stay in any case.",
    )
    days = table.value(
        "keep-days",
        int,
        Keep.days,
        low=1,
        doc="Nothing goes that was pushed or deployed in so many days.",
    )
    table.done()
    return Keep(max(proven, 1), max(days, 1))
