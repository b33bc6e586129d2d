"""Smoke tests as release.toml declares them: parsing, filling in, judging. Running them is a stage's work.

.. code-block:: toml

    [[smoke]]
    name = "health answers as the version just deployed"
    environments = ["staging", "production"]        # default: every environment
    [[smoke.steps]]
    get = "/health"                                 # or post, or download = "{url}", or count-items = "{output.Table}"
    token = true                                    # send the smoke user's bearer token
    status = 200
    json = { version = "{version}", commit = "{commit}" }      # these keys must have these values
    headers = { x-amz-meta-record-count = "{members}" }        # likewise; names in lower case
    starts-with = "PAR1"                            # the body's first bytes
    save = { url = "url" }                          # for later steps: name = key of the JSON answer

``{name}`` is replaced by: ``version``, ``commit``, ``environment``, ``output.<stack output>``, and what was saved.
An unknown name, an answer that is no JSON, a missing key: each is a failure, never a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from release.toml import Table

if TYPE_CHECKING:
    pass

_ACTIONS = ("get", "post", "download", "count-items")


@dataclass(frozen=True)
class SmokeStep:
    """One request and what its answer must be."""

    action: str
    target: str
    token: bool = False
    status: int = 200
    json: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    starts_with: str = ""
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SmokeTest:
    """One named smoke test: steps in order, the first failure ends it."""

    name: str
    environments: tuple[str, ...]
    steps: tuple[SmokeStep, ...]


def parse_smoke(top: Table, environments: tuple[str, ...]) -> tuple[SmokeTest, ...]:
    """Read ``[[smoke]]``. Raises UsageError with line and key."""
    tests: list[SmokeTest] = []
    for table in top.array("smoke"):
        name = table.text_of("name")
        chosen = table.texts("environments", environments)
        for environment in chosen:
            if environment not in environments:
                raise table.error("environments", f"names {environment!r}, which is no environment")
        steps = table.array("steps", before=sum(len(test.steps) for test in tests))
        if not steps:
            raise table.error("steps", "is missing: a test without steps proves nothing")
        table.done()
        tests.append(SmokeTest(name, chosen, tuple(_step(step) for step in steps)))
    return tuple(tests)


def _step(table: Table) -> SmokeStep:
    actions = [key for key in _ACTIONS if key in table.values]
    if len(actions) != 1:
        raise table.error("", f"needs exactly one of {', '.join(_ACTIONS)}")
    step = SmokeStep(
        action=actions[0],
        target=table.text_of(actions[0]),
        token=table.value("token", bool, False),
        status=table.value("status", int, 200),
        json=table.mapping("json"),
        headers=table.mapping("headers"),
        starts_with=table.text_of("starts-with", ""),
        save=table.mapping("save"),
    )
    for key, values in (("headers", step.headers), ("save", step.save)):
        if not all(isinstance(value, str) for value in values.values()):
            raise table.error(key, "must hold texts only")
    if step.action == "count-items" and set(table.values) != {"count-items", "save"}:
        raise table.error("count-items", "goes with save, and with nothing else")
    table.done()
    return step
