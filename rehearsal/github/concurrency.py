"""Concurrency groups: who runs, who waits, who is cancelled. Rules: GitHub's "Control workflow concurrency".

At most one run is in progress in a group. ``queue: single`` (the default) keeps one waiting run and cancels the one
that waited before; ``queue: max`` keeps up to 100, first come, first served.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflowlint.expressions import Contexts, filled
from workflowlint.workflow import Refused

MOST_WAITING = 100


@dataclass(frozen=True)
class ConcurrencyGroup:
    """A concurrency group as a job or workflow names it. Names are the same whatever their case."""

    name: str
    cancel_in_progress: bool = False
    queue: str = "single"

    @classmethod
    def of(cls, written: Mapping[str, Any], contexts: Contexts, where: str) -> ConcurrencyGroup:
        """The group that ``written`` names. Raises Refused for what GitHub does not accept."""
        queue, cancel = written.get("queue", "single"), written.get("cancel-in-progress", False)
        if queue not in ("single", "max"):
            raise Refused(f"{where}: queue: {queue} is not single or max")
        if queue == "max" and cancel:
            raise Refused(f"{where}: queue: max and cancel-in-progress: true exclude each other")
        return cls(
            filled(str(written["group"]), contexts, f"{where}: the concurrency group").lower(), bool(cancel), queue
        )


@dataclass
class Lane:
    """One group's state."""

    running: str = ""
    waiting: list[str] = field(default_factory=list)


class Lanes:
    """All groups of a repository. A run is a name; the driver's threads wait in ``enter``."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self.cancelled: list[str] = []
        self.order: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    def arrive(self, group: ConcurrencyGroup, run: str) -> None:
        """``run`` asks for its turn."""
        with self._changed:
            lane = self.lanes.setdefault(group.name, Lane())
            if not lane.running:
                self._start(group.name, lane, run)
                return
            if group.cancel_in_progress:
                self.cancelled.append(lane.running)
            if group.queue == "single":
                self.cancelled += lane.waiting
                lane.waiting.clear()
            if len(lane.waiting) < MOST_WAITING:
                lane.waiting.append(run)
            else:
                self.cancelled.append(run)
            self._changed.notify_all()

    def leave(self, run: str) -> None:
        """``run`` has ended, or gives up waiting; the next one starts. Leaving twice does nothing."""
        with self._changed:
            for name, lane in self.lanes.items():
                if run in lane.waiting:
                    lane.waiting.remove(run)
                if lane.running == run:
                    lane.running = ""
                    if lane.waiting:
                        self._start(name, lane, lane.waiting.pop(0))
            self._changed.notify_all()

    def enter(self, group: ConcurrencyGroup, run: str, *, timeout: float) -> bool:
        """Wait for ``run``'s turn. False when it was cancelled, or when ``timeout`` seconds have passed."""
        self.arrive(group, run)
        with self._changed:
            lane = self.lanes[group.name]
            self._changed.wait_for(lambda: lane.running == run or run in self.cancelled, timeout)
            return lane.running == run

    def wait_until(self, group: str, waiting: int, *, timeout: float) -> bool:
        """Wait until so many runs wait in ``group``. False when ``timeout`` seconds have passed."""
        with self._changed:
            lane = self.lanes.setdefault(group, Lane())
            return self._changed.wait_for(lambda: len(lane.waiting) >= waiting, timeout)

    def _start(self, name: str, lane: Lane, run: str) -> None:
        lane.running = run
        self.order.append((name, run))
