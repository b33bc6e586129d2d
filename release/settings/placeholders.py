"""The placeholders of smoke tests, ``{version}``: where they may stand in a step, and what they may name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from release.settings.smokestep import SmokeStep

PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9_.-]*)\}")
#: Known wherever a smoke test runs; besides them the stack's outputs, and what earlier steps saved.
ALWAYS = ("version", "commit", "environment")
OUTPUT = "output."


def named(step: SmokeStep) -> tuple[str, ...]:
    """What the step's placeholders name, each once."""
    texts = (step.target, step.json, step.headers, step.body, step.payload, step.key, step.secret_headers)
    return tuple(dict.fromkeys(name for each in texts for name in _in(each)))


def unknown(steps: tuple[SmokeStep, ...]) -> tuple[int, str]:
    """``(step, name)`` of the first placeholder that nothing can fill when its step comes; ``(0, "")`` for none."""
    known = set(ALWAYS)
    for number, step in enumerate(steps, 1):
        for name in named(step):
            if name not in known and not name.startswith(OUTPUT):
                return number, name
        known |= set(step.save)
    return 0, ""


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _in(each)
