"""What release start says at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from release import tables, text
from release.images.starting import INIT_PHASE
from release.images.startrecord import Started, StartRecord
from release.report import Report
from release.settings.start import StartRules

_HEADER = ("image", "function", "ready after", "memory", "image size")


def of_starts(records: Sequence[StartRecord], rules: Mapping[str, StartRules], title: str = "Starts") -> Report:
    """The starts of some images, and which images are not started, with the reason."""
    cells = [
        (record.image, name, _seconds(one), _memory(one, rules[record.image]), tables.size(record.size))
        for record in records
        for name, one in record.functions.items()
    ]
    notes = [
        f"image {record.image}, {name}: init takes longer than the {INIT_PHASE} s that Lambda gives it; Lambda then "
        "ends it and starts anew within the first event's time"
        for record in records
        for name, one in record.functions.items()
        if one.seconds and one.seconds > INIT_PHASE
    ]
    notes += [f"image {name} is not started: {each.reason}" for name, each in rules.items() if not each.wanted]
    data = {
        record.image: {
            **{"digest": record.digest, "size": record.size},
            "functions": {name: asdict(one) for name, one in record.functions.items()},
        }
        for record in records
    }
    listed = "".join(f"\n- {text.markdown(note)}" for note in notes)
    return Report(
        data={"images": data, "notes": notes},
        text="\n".join([tables.table(_HEADER, cells), *map("note: {}".format, notes)]),
        summary=f"### {title}\n\n{tables.markdown(_HEADER, cells)}\n" + listed,
    )


def of_plan(functions: Mapping[str, Sequence[str]]) -> Report:
    """A dry run: image -> what it would be started as."""
    lines = [f"would start image {image} as {', '.join(names)}" for image, names in functions.items()]
    return Report(data={"images": {image: list(names) for image, names in functions.items()}}, text="\n".join(lines))


def _seconds(one: Started) -> str:
    return "never" if one.seconds is None else f"{one.seconds:.1f} s"


def _memory(one: Started, rules: StartRules) -> str:
    if one.memory is None:
        return "-"
    return tables.size(one.memory) + (f" of {tables.size(rules.max_memory)}" if rules.max_memory else "")
