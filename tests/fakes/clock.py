"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from release.clock import Clock


class FakeClock(Clock):
    """Starts at noon of 2026-01-05.

    Attributes:
        slept: the sum of all sleeping, in seconds.
        watch: is told the time after each sleep: what others do meanwhile.
        patience: who sleeps beyond this many seconds waits for ever; a test of many commands sets it anew for each.
    """

    def __init__(self) -> None:
        self.slept = 0.0
        self.patience = 86_400.0
        self.watch: Callable[[datetime], None] = lambda now: None  # noqa: ARG005 - a watcher of nothing

    def now(self) -> datetime:
        return datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(seconds=self.slept)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0, "a wait that takes no time never ends"
        self.slept += seconds
        assert self.slept < self.patience, "somebody waits for ever"
        self.watch(self.now())
