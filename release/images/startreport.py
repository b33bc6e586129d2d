"""What release start says at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from release import tables, text
from release.images import startfigures
from release.images.startfigures import NOTHING, StartsBefore
from release.images.starting import INIT_PHASE
from release.images.startrecord import Started, StartRecord
from release.report import Report
from release.settings.start import StartRules

_HEADER = ("image", "function", "ready after", "memory", "image size")


def of_starts(
    records: Sequence[StartRecord], rules: Mapping[str, StartRules], before: StartsBefore = NOTHING
) -> Report:
    """The starts of some images beside those of ``before``, and which images are not started, with the reason."""
    cells = [
        (
            *(record.image, name, _seconds(record.image, name, one, before)),
            _memory(record.image, name, one, rules[record.image], before),
            startfigures.size(record.size, before.size(record.image)),
        )
        for record in records
        for name, one in record.functions.items()
    ]
    notes = [*_compared(records, before), *_slow(records)]
    notes += [f"image {name} is not started: {each.reason}" for name, each in rules.items() if not each.wanted]
    data = {
        record.image: {
            **{"digest": record.digest, "size": record.size},
            "functions": {name: asdict(one) for name, one in record.functions.items()},
        }
        for record in records
    }
    was = {"where": before.where, "images": {name: asdict(each) for name, each in before.images.items()}}
    listed = "".join(f"\n- {text.markdown(note)}" for note in notes)
    return Report(
        data={"images": data, "before": was, "notes": notes},
        text="\n".join([tables.table(_HEADER, cells), *map("note: {}".format, notes)]),
        summary=f"### Starts\n\n{tables.markdown(_HEADER, cells)}\n" + listed,
    )


def of_plan(functions: Mapping[str, Sequence[str]]) -> Report:
    """A dry run: image -> what it would be started as."""
    lines = [f"would start image {image} as {', '.join(names)}" for image, names in functions.items()]
    return Report(data={"images": {image: list(names) for image, names in functions.items()}}, text="\n".join(lines))


def _compared(records: Sequence[StartRecord], before: StartsBefore) -> Iterator[str]:
    """What the figures stand beside, and whose figures were not known there."""
    if not records:
        return
    if not before.where:
        yield f"how they started before is not known here: {before.why}"
        return
    yield f"compared with {before.where}" + (f"; what is live is not known here: {before.why}" if before.why else "")
    for record in records:
        if missing := [name for name in record.functions if before.of(record.image, name) is None]:
            yield f"image {record.image}: how {', '.join(missing)} started in {before.where} is not known here"


def _slow(records: Sequence[StartRecord]) -> Iterator[str]:
    for record in records:
        for name, one in record.functions.items():
            if one.seconds and one.seconds > INIT_PHASE:
                yield (
                    f"image {record.image}, {name}: init takes longer than the {INIT_PHASE} s that Lambda gives it; "
                    "Lambda then ends it and starts anew within the first event's time"
                )


def _seconds(image: str, function: str, one: Started, before: StartsBefore) -> str:
    now = startfigures.of(one)
    return startfigures.seconds(now, before.of(image, function)) if now else "never"


def _memory(image: str, function: str, one: Started, rules: StartRules, before: StartsBefore) -> str:
    now = startfigures.of(one)
    if now is None or not now.memory:
        return "-"
    told = startfigures.memory(now, before.of(image, function))
    return told + (f" (of {tables.size(rules.max_memory)})" if rules.max_memory else "")
