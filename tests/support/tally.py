"""What random lives consisted of: how often each thing happened, added up over every test and worker and printed."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
from hypothesis import stateful

_Step = TypeVar("_Step", bound=Callable[..., None])
_PROPERTY = "lives"


class Tally(Counter[str]):
    """How often each thing happened in this process since it was last handed over."""

    def hand_over(self, record_property: Callable[[str, object], None]) -> None:
        """Give the counts to the report of the test that made them, which another process may print."""
        record_property(_PROPERTY, json.dumps(self))
        self.clear()


TALLY = Tally()


def rule(**drawn: Any) -> Callable[[_Step], Any]:
    """Hypothesis's ``rule``, whose runs are counted."""

    def counted(step: _Step) -> Any:
        @functools.wraps(step)
        def run(*args: Any, **values: Any) -> None:
            TALLY[f"step {step.__name__}"] += 1
            step(*args, **values)

        decorate: Callable[[Any], Any] = stateful.rule(**drawn)
        return decorate(run)

    return counted


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The counts in the tests' reports, one thing a line."""
    total: Counter[str] = Counter()
    for report in reports:
        for name, value in report.user_properties:
            if name == _PROPERTY:
                total.update(json.loads(str(value)))
    return [f"{count:>10,}  {what}" for what, count in sorted(total.items())]
