"""A clock that stands still until somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from release.clock import Clock


class StandingClock(Clock):
    """The Clock port. ``slept`` holds every pause asked for; ``on_sleep`` is what happens meanwhile."""

    def __init__(self, now: datetime) -> None:
        self.time = now
        self.slept: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        self.on_sleep()
