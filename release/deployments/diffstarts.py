"""How the functions of two releases start, side by side: what release plan and release diff say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from release.deployments.differences import ImageDifference
from release.images import startfigures
from release.images.startfigures import StartFigures

HEADER = ("function", "image", "init", "memory after init")


def rows(images: Sequence[ImageDifference]) -> list[tuple[str, ...]]:
    """A row for each function; none at all where no start is known on either side."""
    if not any(each.starts for image in images for each in (image.old, image.new) if each):
        return []
    return [row for image in images for row in _of(image)]


def _of(image: ImageDifference) -> Iterator[tuple[str, ...]]:
    old, new = (each.starts if each else {} for each in (image.old, image.new))
    for name in dict.fromkeys([*new, *old]) or ("-",):
        before, now = old.get(name), new.get(name)
        if image.kind == "same":
            yield name, image.name, *_told(now or before, there=True)
            continue
        init, memory = zip(
            _told(before, there=image.kind != "added"), _told(now, there=image.kind != "removed"), strict=True
        )
        more = startfigures.seconds(now, before).partition(" s")[2] if before and now else ""
        yield name, image.name, f"{arrow(init)}{more}", arrow(memory)


def _told(one: StartFigures | None, *, there: bool) -> tuple[str, str]:
    missing = absent(there=there)
    return (startfigures.seconds(one), startfigures.memory(one)) if one else (missing, missing)


def absent(*, there: bool) -> str:
    """What stands for a figure that is missing: nobody knows it here, or there is nothing on that side."""
    return "(not known here)" if there else "-"


def arrow(sides: Sequence[str]) -> str:
    """``0.7 s -> 0.9 s``; one of them where they are the same."""
    return sides[0] if len(set(sides)) == 1 else " -> ".join(sides)
