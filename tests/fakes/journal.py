"""Every change the fakes make, in order, and the switch that kills the process before or after any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Killed(BaseException):
    """The process ends here: no handler of an ordinary error may catch it."""


class Journal:
    """Shared by the fakes of one world.

    Attributes:
        points: the moments passed so far, such as "before tag 1.0.0 of app/export".
        kill_at: the number of the point at which the process is killed, once.
    """

    def __init__(self) -> None:
        self.points: list[str] = []
        self.kill_at: int | None = None
        self.kill_word = ""

    def kill_when(self, what: str) -> None:
        """Kill the process at the next moment that begins so."""
        self.kill_word = what

    def point(self, what: str) -> None:
        """A moment at which a crash would matter."""
        self.points.append(what)
        if self.kill_at == len(self.points) - 1 or (self.kill_word and what.startswith(self.kill_word)):
            self.kill_at, self.kill_word = None, ""
            raise Killed(what)

    @contextmanager
    def change(self, what: str) -> Iterator[None]:
        """Encloses one change of the world."""
        self.point(f"before {what}")
        yield
        self.point(f"after {what}")

    @property
    def changes(self) -> list[str]:
        """What was really changed, in order."""
        return [point.removeprefix("after ") for point in self.points if point.startswith("after ")]
