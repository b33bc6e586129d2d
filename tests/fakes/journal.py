"""Every change the fakes make, in order, and the switches that disturb a command before or after any of them.

A disturbance strikes once:

- ``kill_at``, ``kill_when``: the process ends. What the cloud began goes on without it.
- ``refuse_at``: the change does not happen, and the caller gets a RemoteError.
- ``lose_at``: the change happens, and the caller gets a RemoteError instead of the answer.
- ``deaf_at``: a question gets a RemoteError instead of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from release.errors import RemoteError


class Killed(BaseException):
    """The process ends here: no handler of an ordinary error may catch it."""


class Journal:
    """Shared by the fakes of one world.

    Attributes:
        points: the moments passed so far, such as "before tag 1.0.0 of app/export".
        kill_at: the number of the point at which the process is killed.
        refuse_at, lose_at: the next change from this point on is the one that is refused, or whose answer is lost.
        asked: how many questions the registries and the cloud were asked.
        deaf_at: the number of the question that gets no answer.
        disturbed: how many disturbances struck.
        meanwhile: what others do at each of these moments, and at each look at the world.
    """

    def __init__(self) -> None:
        self.points: list[str] = []
        self.kill_at: int | None = None
        self.kill_word = ""
        self.refuse_at: int | None = None
        self.lose_at: int | None = None
        self.asked = 0
        self.deaf_at: int | None = None
        self.disturbed = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def kill_when(self, what: str) -> None:
        """Kill the process at the next moment that begins so."""
        self.kill_word = what

    def calm(self) -> bool:
        """End every disturbance; whether one was still to come."""
        waiting = (self.kill_at, self.refuse_at, self.lose_at, self.deaf_at) != (None,) * 4
        self.kill_at = self.refuse_at = self.lose_at = self.deaf_at = None
        return waiting or bool(self.kill_word)

    def point(self, what: str) -> None:
        """A moment at which a crash would matter."""
        self.meanwhile()
        self.points.append(what)
        number = len(self.points) - 1
        if self.kill_at == number or (self.kill_word and what.startswith(self.kill_word)):
            self.kill_at, self.kill_word = None, ""
            self.disturbed += 1
            raise Killed(what)
        if self.refuse_at is not None and number >= self.refuse_at and what.startswith("before "):
            self.refuse_at = None
            self.disturbed += 1
            raise RemoteError(f"refused: {what.removeprefix('before ')}")
        if self.lose_at is not None and number >= self.lose_at and what.startswith("after "):
            self.lose_at = None
            self.disturbed += 1
            raise RemoteError(f"no answer about: {what.removeprefix('after ')}")

    def ask(self) -> None:
        """A question, which changes nothing."""
        self.asked += 1
        if self.deaf_at == self.asked - 1:
            self.deaf_at = None
            self.disturbed += 1
            raise RemoteError("no answer")

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
