"""A call to the account, as numbers: what a forest learns from, and what it judges."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

#: Whose share among all calls is a number of the event.
COUNTED = ("user", "action", "region")
NAMES = ("hour", "weekday", "changes", "failed", *(f"share of the {each}" for each in COUNTED))
_CHANGES = ("Put", "Create", "Delete", "Update", "Attach", "Detach", "Modify", "Terminate", "Stop")

Shares = Mapping[str, Mapping[str, float]]


def shares(events: Iterable[Mapping[str, Any]]) -> Shares:
    """How often each user, action and region occurs: 0.25 is every fourth call."""
    counts = {field: Counter[str]() for field in COUNTED}
    total = 0
    for event in events:
        total += 1
        for field in COUNTED:
            counts[field][event[field]] += 1
    return {field: {value: n / total for value, n in sorted(found.items())} for field, found in counts.items()}


def vector(event: Mapping[str, Any], known: Shares) -> list[float]:
    """The event's numbers, in the order of NAMES. Raises KeyError, ValueError: it lacks a field, its time is none."""
    time = datetime.fromisoformat(event["time"])
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    numbers = [time.hour + time.minute / 60, time.weekday(), event["action"].startswith(_CHANGES)]
    numbers += [bool(event.get("error")), *(known[field].get(event[field], 0.0) for field in COUNTED)]
    return [float(each) for each in numbers]
