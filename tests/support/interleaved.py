"""Two commands at once, one step of one, then one step of the other, as a test says. Each is a thread; one runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from tests.fakes.clock import FakeClock
from tests.fakes.journal import Journal


class Interleaved:
    """Runs two commands; who goes on is decided at each look at the world, each change, and each sleep.

    Args:
        turns: at each such moment, whether the other one goes on; when they are used up, whoever runs goes on. Who
            sleeps always lets the other one go on.
    """

    def __init__(self, journal: Journal, clock: FakeClock, turns: Sequence[bool]) -> None:
        self.journal, self.clock = journal, clock
        self.turns = list(reversed(turns))
        self.gates = (threading.Semaphore(0), threading.Semaphore(0))
        self.over = [False, False]
        self.running = 0
        self.problems: list[BaseException] = []

    def run(self, first: Callable[[], None], second: Callable[[], None]) -> None:
        """Both commands, to their ends. What they raise is raised here."""
        threads = [threading.Thread(target=self._one, args=each) for each in enumerate((first, second))]
        self.journal.meanwhile, self.clock.watch = self._look, lambda now: self._hand_over()  # noqa: ARG005
        try:
            for thread in threads:
                thread.start()
            self.gates[0].release()
            for thread in threads:
                thread.join()
        finally:
            self.journal.meanwhile, self.clock.watch = lambda: None, lambda now: None  # noqa: ARG005
        if self.problems:
            raise self.problems[0]

    def _one(self, number: int, command: Callable[[], None]) -> None:
        self.gates[number].acquire()
        try:
            command()
        except BaseException as problem:
            self.problems.append(problem)
        finally:
            self.over[number] = True
            self.running = 1 - number
            self.gates[1 - number].release()

    def _look(self) -> None:
        if self.turns and self.turns.pop():
            self._hand_over()

    def _hand_over(self) -> None:
        me = self.running
        if not self.over[1 - me]:
            self.running = 1 - me
            self.gates[1 - me].release()
            self.gates[me].acquire()
