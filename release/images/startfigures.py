"""What is kept of a start, and how it is told beside that of another release: ``0.9 s, +0.2``. Pure rules.

The figures are those of the machine that built: two of them compare as far as the two machines do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from release import tables
from release.images.startrecord import Started, StartRecord


@dataclass(frozen=True)
class StartFigures:
    """How one function of an image started, as ``release start`` measured it on the machine that built.

    Attributes:
        seconds: until it asked for its first event.
        memory: bytes that it held then; 0: that engine did not tell.
    """

    seconds: float
    memory: int


@dataclass(frozen=True)
class Measured:
    """An image: its layers' compressed bytes, and the figures of its functions; none where nobody knows them."""

    size: int
    functions: Mapping[str, StartFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class StartsBefore:
    """What starts are compared with.

    Attributes:
        images: image -> its figures then.
        where: which state that is, such as "v1.2.0, live in production"; "" when there is nothing to compare with.
        why: why what is live is not known here, and so not what is compared with; "" when it is.
    """

    images: Mapping[str, Measured] = field(default_factory=dict)
    where: str = ""
    why: str = ""

    def of(self, image: str, function: str) -> StartFigures | None:
        """A function's figures then; None: they are not known here."""
        return self.images[image].functions.get(function) if image in self.images else None

    def size(self, image: str) -> int | None:
        """An image's size then; None: it is not known here."""
        return self.images[image].size if image in self.images else None


NOTHING = StartsBefore()


def figures(record: StartRecord) -> Mapping[str, StartFigures]:
    """Function -> its figures, of those that became ready."""
    return {name: now for name, one in record.functions.items() if (now := of(one))}


def of(one: Started) -> StartFigures | None:
    """The figures of one start; None: it never became ready."""
    return None if one.seconds is None else StartFigures(one.seconds, one.memory or 0)


def measured(record: StartRecord) -> Measured:
    """The image of a start."""
    return Measured(record.size, figures(record))


def seconds(now: StartFigures, before: StartFigures | None = None) -> str:
    """Time to ready: ``0.9 s``, or ``0.9 s, +0.2``."""
    return f"{now.seconds:.1f} s" + (f", {round(now.seconds - before.seconds, 1) + 0.0:+.1f}" if before else "")


def memory(now: StartFigures, before: StartFigures | None = None) -> str:
    """What it holds when it is ready: ``57.6 MB``, or ``57.6 MB, +1.2 MB``; ``-`` where the engine does not tell."""
    if not now.memory:
        return "-"
    return size(now.memory, before.memory if before and before.memory else None)


def size(now: int, before: int | None = None) -> str:
    """Bytes: ``95.1 MB``, or ``95.1 MB, +0.3 MB``."""
    return tables.size(now) + ("" if before is None else f", {tables.more(now - before)}")
